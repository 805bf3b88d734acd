"""Campaigns: promises of the service tried thousands of times, each with broken variants that must be caught."""
