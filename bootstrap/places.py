"""Where things lie in a checkout, and which of them a command made."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
DATA = ROOT / "data"
PICTURES = ROOT / "tests" / "out"
PWA = ROOT / "pwa"
SITE = ROOT / "dist" / "docs"
STATIC = ROOT / "web" / "static"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def shown(path: Path) -> str:
    """Return `path` as a person would type it: relative to the checkout where it lies inside."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)


def site_packages() -> Path:
    """Return the folder in which the environment keeps its packages; it need not exist yet."""
    found = sorted(VENV.glob("lib/python3*/site-packages"))
    return found[-1] if found else VENV / "lib" / "site-packages"
