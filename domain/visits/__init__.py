"""Visits to the centre: office hours, appointments, tickets, counters and who is called next."""
