"""The centre itself: its name and numbers, its published items and working-day calendars."""
