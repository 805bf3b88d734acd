"""What other systems get: a feed of process facts, and calls when something has happened."""
