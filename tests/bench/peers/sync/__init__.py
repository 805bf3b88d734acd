"""Other engines of sync, each with its own server and client, and ours beside them in the same run."""
