"""The device protocol without I/O: frames, session, scopes, cursors, the hub; and the Python client."""

import store as store  # first, so that every later `import sqlite3` gets the safe library
