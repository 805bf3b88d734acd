"""Reports and registers as files: what they hold, and how they are written."""
