"""Simulated practice: sandboxes with a log, keys, files and read models of their own, and what is seen of them."""
