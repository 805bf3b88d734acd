"""The service on another day: `python -m tests.browser.later DAYS serve` is `python -m web serve`, so many days on."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from web.cli import clock

if __name__ == "__main__":
    ahead = timedelta(days=int(sys.argv.pop(1)))
    real = clock.now

    def now() -> datetime:
        """The time on that day."""
        return real() + ahead

    clock.now = now
    from web.cli.program import main  # takes the clock as it is by now

    sys.exit(main())
