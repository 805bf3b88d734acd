"""The export of a case: events, proofs and files as a zip that opens, and is checked, without Doorstep."""
