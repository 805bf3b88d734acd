"""How facts are kept. Importing this package replaces the standard `sqlite3` by `pysqlite3` for the whole process.

The system library of Debian 12 (SQLite 3.40) lies within the range of the WAL-reset corruption fault (3.7.0 to 3.51.2);
`pysqlite3` carries a mended one. Packages above import `store` first, because whoever imports `sqlite3` before gets the
old library.
"""

import sys
from importlib import import_module

_mended = import_module("pysqlite3")

sys.modules["sqlite3"] = _mended
sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")

SAFE_SQLITE = (3, 51, 3)
"""First version without the WAL-reset fault."""


class UnsafeSQLite(RuntimeError):
    """The SQLite library of this process is one that can corrupt the log."""


def require_safe_sqlite() -> str:
    """The version of SQLite in use.

    Raises:
        UnsafeSQLite: `sqlite3` was imported before `store`, or the library is too old.
    """
    import sqlite3  # noqa: PLC0415 - asks what others get when they import it

    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeSQLite(f"SQLite {sqlite3.sqlite_version} is too old: {'.'.join(map(str, SAFE_SQLITE))} is needed")
    return str(sqlite3.sqlite_version)
