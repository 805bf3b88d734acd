"""The command line of the service: one module a command, and what they share."""
