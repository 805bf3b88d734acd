"""What time alone asks for: timers of open cases, lines, halls, ratings and publications, fired at their instant."""
