"""A rolling upgrade: programs and apps of two versions at work on one log."""

import store as store  # first, so that every later `import sqlite3` gets the safe library
