"""Ratings 好差评 of cases and visits, and what a bad one leads to."""
