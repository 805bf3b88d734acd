"""Measurements against what the machine itself can do: `python -m tests.bench`, or `./run bench`."""

import store as store  # first, so that every later `import sqlite3` gets the safe library
