"""The edge: HTTP and WebSocket, sign-in, uploads, effects, logs and the command line.

`store` is imported first of all: it puts the newer SQLite in place before any module could import the old one.
"""

import store as store
