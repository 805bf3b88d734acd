"""The case 办件: what is done with it, what is recorded, and which acts its state allows."""
