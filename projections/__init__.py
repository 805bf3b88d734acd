"""Read models: documents for devices and people, rebuilt from facts alone."""

import store as store  # first, so that every later `import sqlite3` gets the safe library
