"""Rights: one table of who may do and read what, and the one place that asks it."""
