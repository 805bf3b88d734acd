"""Refuses files that name a package registry's host or a folder of one person's machine: both would tie the project."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from bootstrap import stamps
from bootstrap.places import DATA, PICTURES, PWA, ROOT, STATIC

REGISTRY_HOST = re.compile(
    r"\b(?:registry|mirrors?|pypi|npm|pythonhosted|files|deb)\.[a-z0-9-]+\.(?:org|com|net|io|cn)\b"
)
PYPI_HOST = re.compile(r"\bpypi\.[a-z]{2,3}\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])/(?:home|root|Users|work)/[\w.-]+")
PATTERNS = {"a registry's host": (REGISTRY_HOST, PYPI_HOST), "a path of one machine": (MACHINE_PATH,)}


def findings() -> Iterator[str]:
    """Yield a line `file:line: names ...` for each place to mend, over all files that git keeps or would keep."""
    for file in _files():
        content = file.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            for what, patterns in PATTERNS.items():
                if found := next(filter(None, (pattern.search(line) for pattern in patterns)), None):
                    yield f"{file.relative_to(ROOT)}:{number}: names {what}: {found.group()}"


def _files() -> list[Path]:
    """Return what git keeps or would keep; without git, as in an unpacked archive, what lies in the source folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False) if which("git") else None
    if listed is not None and listed.returncode == 0:
        return [file for name in sorted(listed.stdout.split("\0")) if name and (file := ROOT / name).is_file()]
    folders = sorted(path for path in ROOT.iterdir() if not path.name.startswith(".") and path not in (DATA, PWA))
    found = [file for path in (*folders, PWA / "src") for file in stamps.sources(path)]
    return [file for file in found if not file.is_relative_to(STATIC) and not file.is_relative_to(PICTURES)]
