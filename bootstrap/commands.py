"""The commands of ./run: each makes what is missing, says so, and hands over to the program that does the work."""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from bootstrap import browsers, checks, environment, pwa, site
from bootstrap.places import CACHE, DATA, PICTURES, PWA, PYTHON, ROOT, SITE, STATIC, VENV, shown
from bootstrap.terminal import Trouble, report, say

USAGE = """\
./run [--port N] [--data DIR] [--empty] [--demo] [--lan]
                      start the service and say where to open it
    --port N          listen on port N instead of 8000
    --data DIR        keep everything in DIR instead of data/
    --empty           start without the demo centre
    --demo            make the demo centre in an empty log on PostgreSQL too
    --lan             serve phones in the same network, by HTTPS
./run build           make what serving needs, and serve nothing: for images of machines
./run test [...]      run every test; arguments go to pytest, and then only pytest runs
./run check           run linters, type checkers and audits
./run bench [--only NAME] [--json FILE]
                      measure against raw SQLite and raw sockets
./run campaign NAME [--share 0..1] [--seed N]
                      try a promise thousands of times; ./run campaign --help names them
./run cluster         a PostgreSQL trio, two nodes and a balancer on this machine, and what is left when some are killed
./run docs            make the documentation's site in dist/docs; a link that leads nowhere is an error
./run clean           remove what these commands made; your data stays
./run doorstep [...]  the command line of the service itself: check, rebuild, erase, keys, ...
"""
PROVIDER = ROOT / "tests" / "signin" / "provider"
"""An OpenID provider from npm, for the tests of sign-in."""
AUDIT = ROOT / "tests" / "bench" / "audit"
"""Lighthouse from npm, for the bench."""
MADE = (
    VENV,
    CACHE,
    SITE,
    STATIC,
    PWA / "node_modules",
    browsers.PACKAGE / "node_modules",
    PROVIDER / "node_modules",
    AUDIT / "node_modules",
    PICTURES,
)
CACHES = (".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache")
NOT_OURS = "The folder {} cannot be written ({}): make it yours, or copy it to a folder that is."
FIRST_TIME = "about a minute the first time"


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line of ./run.

    Returns:
        The exit code: 0 done, 1 something failed and the terminal says what, 130 stopped by Ctrl-C.
    """
    try:
        return _dispatch(list(arguments))
    except Trouble as trouble:
        report(trouble)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


def _dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["-h" | "--help" | "help", *_]:
            print(USAGE, end="")
            return 0
        case ["test", *rest]:
            return _test(rest)
        case ["build"]:
            _build()
            return 0
        case ["check"]:
            return _check()
        case ["bench", *rest]:
            return _bench(rest)
        case ["campaign", *rest]:
            return _campaign(rest)
        case ["cluster", *rest]:
            return _cluster(rest)
        case ["docs"]:
            return _docs()
        case ["clean"]:
            return _clean()
        case ["doorstep", *rest]:
            return _doorstep(rest)
        case [] | ["serve"]:
            return _serve([])
        case [first, *_] if first.startswith("-"):
            return _serve(arguments)
        case _:
            raise Trouble(f"./run knows no command line `{' '.join(arguments)}`: ./run --help lists those it has.")


def _serve(arguments: list[str]) -> int:
    flags = _serve_flags(arguments)
    _build()
    _become([PYTHON, "-m", "web", "serve", *flags])


def _build() -> None:
    with _one_at_a_time():
        environment.install(environment.SERVICE, expect=FIRST_TIME, unless=[environment.DEVELOPMENT])
        pwa.build()


def _test(arguments: list[str]) -> int:
    with _one_at_a_time():
        _prepare_development()
        pwa.build()
        node = pwa.node()
        pwa.install_packages(node)
        pwa.install_packages(node, PROVIDER)
        browsers.prepare()
    unit_tests = 0
    if not arguments:
        say("running the app's unit tests with vitest ...")
        unit_tests = subprocess.run([*node.npm, "test"], cwd=PWA, env=node.env, check=False).returncode
        say("running everything else with pytest (most of an hour on two cores, browsers included) ...")
    rest = subprocess.run([PYTHON, "-m", "pytest", *(arguments or _side_by_side())], cwd=ROOT, check=False).returncode
    if unit_tests:
        raise Trouble("The app's unit tests failed: scroll up to vitest's part.")
    return rest


def _side_by_side() -> list[str]:
    """How pytest shares all tests out: a process a core, whole files, in the order of collection.

    In that order browsers come last in each process, where Playwright's loop disturbs no asyncio test. More processes
    than four would need more memory than a common machine has.
    """
    workers = max(2, min(os.cpu_count() or 2, 4))
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]


def _check() -> int:
    with _one_at_a_time():
        _prepare_development()
        pwa.install_packages(pwa.node())
    return 0 if checks.run_all() else 1


def _bench(arguments: list[str]) -> int:
    with _one_at_a_time():
        _prepare_development()
    _become([PYTHON, "-m", "tests.bench", *arguments])


def _campaign(arguments: list[str]) -> int:
    with _one_at_a_time():
        _prepare_development()
    _become([PYTHON, "-m", "tests.campaigns", *arguments])


def _cluster(arguments: list[str]) -> int:
    with _one_at_a_time():
        _prepare_development()
    _become([PYTHON, "-m", "tests.cluster", *arguments])


def _docs() -> int:
    with _one_at_a_time():
        _prepare_development()
    made = subprocess.run(site.command(PYTHON, SITE), cwd=ROOT, env=site.environment(), check=False)
    if made.returncode:
        raise Trouble("The documentation's site was not made: the lines above say which link or page is wrong.")
    say(f"{shown(SITE)} holds the site: any web server can give it out, and it asks no other host")
    return 0


def _doorstep(arguments: list[str]) -> int:
    with _one_at_a_time():
        environment.install(environment.SERVICE, expect=FIRST_TIME, unless=[environment.DEVELOPMENT])
        if arguments[:1] == ["serve"]:
            pwa.build()
    _become([PYTHON, "-m", "web", *_from_here(arguments)])


def _from_here(arguments: list[str]) -> list[str]:
    """Let a folder be meant from where the person stands, as in `./run --data`."""
    meant = list(arguments)
    for n, word in enumerate(arguments):
        if word.startswith("--data="):
            meant[n] = f"--data={_absolute(word.removeprefix('--data='))}"
        elif n and arguments[n - 1] == "--data":
            meant[n] = str(_absolute(word))
    return meant


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _clean() -> int:
    caches = [ROOT / name for name in CACHES]
    bytecode = [
        folder
        for package in ("bootstrap", "domain", "projections", "store", "sync", "tests", "web")
        for folder in (ROOT / package).rglob("__pycache__")
    ]
    for folder in (*MADE, *caches, *bytecode):
        if folder.exists():
            shutil.rmtree(folder)
            if folder not in bytecode:
                say(f"removed {shown(folder)}")
    if DATA.exists():
        say(f"kept {shown(DATA)}: it holds cases; remove it yourself when nobody needs them")
    return 0


def _prepare_development() -> None:
    environment.install(environment.DEVELOPMENT, expect=FIRST_TIME)


def _serve_flags(arguments: list[str]) -> list[str]:
    """Return what the service is to be told, which leaves the rest to its own settings.

    Words are judged here, before anything is built for them, and a folder is meant from where the person stands.
    """
    parser = argparse.ArgumentParser(prog="./run", usage=USAGE, add_help=False, allow_abbrev=False)
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=_absolute)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--lan", action="store_true")
    given = {f"--{name}": value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    valued = [word for flag, value in given.items() if not isinstance(value, bool) for word in (flag, str(value))]
    return [*valued, *(flag for flag, value in given.items() if value is True)]


@contextmanager
def _one_at_a_time() -> Generator[None]:
    """Let a second ./run wait until the first has made what both need."""
    try:
        CACHE.mkdir(exist_ok=True)
        lock_file = (CACHE / "lock").open("w")
    except OSError as fault:
        raise Trouble(NOT_OURS.format(ROOT, fault.strerror)) from fault
    with lock_file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./run is building here: waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _become(command: Sequence[str | Path]) -> NoReturn:
    """Turn this process into `command`, so that signals and the exit code are its own."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(command[0], [str(part) for part in command])
