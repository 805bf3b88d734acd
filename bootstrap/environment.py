"""The Python environment in .venv, made from the lock files."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap import debian, stamps
from bootstrap.places import PYTHON, ROOT, VENV, shown
from bootstrap.terminal import Trouble, run, run_or_stop, say

SERVICE = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
NODE = ROOT / "requirements-node.txt"

# Packages are built for a series such as 3.11, not for one release of it.
SERIES = f"{sys.version_info.major}.{sys.version_info.minor}"

NO_VENV = (
    "This Python cannot make environments: install its venv module (Debian, Ubuntu: sudo apt-get install "
    "python3-venv), then type ./run again."
)


def install(lock: Path, *, expect: str, unless: Sequence[Path] = ()) -> None:
    """Bring .venv to what `lock` says, unless it is there already.

    Args:
        lock: a file of exact versions with hashes.
        expect: how long it takes the first time, in words.
        unless: locks that contain this one; when one of them is installed, nothing is left to do.

    Raises:
        Trouble: this Python has no venv module, or pip could not install.
    """
    if any(stamps.is_current(_stamp(each), _wanted(each)) for each in (lock, *unless)):
        return
    _make_venv()
    say(f"installing what {shown(lock)} lists ({expect}) ...")
    run_or_stop(
        [*_pip(), "install", "--disable-pip-version-check", "--no-input", "--require-hashes", "-r", lock],
        otherwise="pip could not install the packages: the lines above say why; mend that and type ./run again.",
    )
    stamps.leave(_stamp(lock), _wanted(lock))


def _stamp(lock: Path) -> Path:
    return VENV / "stamps" / lock.name


def _wanted(lock: Path) -> str:
    return stamps.digest([lock], salt=f"{SERIES} {platform.machine()}")


def _make_venv() -> None:
    if _works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    say("making .venv (a few seconds) ...")
    if run([sys.executable, "-m", "venv", VENV]).code == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian's python3 comes without ensurepip unless python3-venv is there; the system's own pip can stand in for it.
    if debian.install(["python3-venv"], expect="half a minute") and run([sys.executable, "-m", "venv", VENV]).code == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    system_pip = run([sys.executable, "-m", "pip", "--version"]).code == 0
    if not system_pip or run([sys.executable, "-m", "venv", "--without-pip", VENV]).code != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Trouble(NO_VENV)


def _works() -> bool:
    """Whether .venv holds a Python of the series that runs now; a system upgrade leaves one behind that does not."""
    if not PYTHON.exists():
        return False
    question = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == SERIES


def _pip() -> list[str | Path]:
    if (PYTHON.parent / "pip").exists():
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", PYTHON]
