"""What reaches people outside the system, and what they answered: notices, papers, parcels, exports."""
