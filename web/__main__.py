"""The program `doorstep`: `python -m web COMMAND`."""

from __future__ import annotations

import sys

from web.cli.program import main

if __name__ == "__main__":
    sys.exit(main())
