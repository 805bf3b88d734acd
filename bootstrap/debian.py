"""Packages of Debian and Ubuntu, fetched only where this user may install them without being asked."""

import os
import shutil
from collections.abc import Sequence

from bootstrap.terminal import run, say


def can_install() -> bool:
    """Whether apt-get is here and this user is root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Sequence[str], *, expect: str) -> bool:
    """Install `packages` from the system's own sources.

    Args:
        packages: names as Debian has them.
        expect: how long it takes, in words.

    Returns:
        Whether all of them are installed now.
    """
    if not can_install():
        return False
    say(f"installing {' '.join(packages)} with apt-get ({expect}) ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=env)
    done = run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=env)
    if done.code != 0:
        say(f"apt-get could not install them: {done.tail[-1] if done.tail else 'it gave no reason'}")
    return done.code == 0
