"""Who people are: the numbers that identify them, and how those are shown."""
