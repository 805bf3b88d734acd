"""The rules of the centre as plain values: facts, decisions, forms, dates. No I/O, no clock, no chance."""
