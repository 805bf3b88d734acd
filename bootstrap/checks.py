"""`./run check`: every linter, type checker and audit, each named with its time; all of them run even if one fails."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bootstrap import names, pwa
from bootstrap.places import PWA, PYTHON, ROOT, site_packages
from bootstrap.terminal import Outcome, run, say


class Check(NamedTuple):
    """One check: what it is called on the terminal, and what makes its outcome."""

    name: str
    outcome: Callable[[], Outcome]


def run_all() -> bool:
    """Run every check and say how each ended.

    Returns:
        Whether all of them passed.
    """
    checks = [*_python_checks(), *_pwa_checks(pwa.node()), Check("no registry hosts or machine paths", _names)]
    failed = [check.name for check in checks if not _passes(check)]
    if failed:
        say(f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}")
    else:
        say(f"all {len(checks)} checks passed")
    return not failed


def _passes(check: Check) -> bool:
    began = time.monotonic()
    outcome = check.outcome()
    seconds = time.monotonic() - began
    say(f"{'ok    ' if outcome.code == 0 else 'FAILED'} {check.name} ({seconds:.1f} s)")
    if outcome.code != 0:
        print("\n".join(f"    {line}" for line in outcome.lines), flush=True)
    return outcome.code == 0


def _python_checks() -> list[Check]:
    tools = PYTHON.parent
    return [
        _command("ruff check", tools / "ruff", "check"),
        _command("ruff format", tools / "ruff", "format", "--check"),
        _command("import layers", tools / "lint-imports", "--no-logo"),
        _command("mypy strict", tools / "mypy"),
        _command("generated TypeScript", PYTHON, "-m", "sync.typescript", "--check"),
        _command("pip check", PYTHON, "-m", "pip", "check"),
    ]


def _pwa_checks(node: pwa.Node) -> list[Check]:
    modules = PWA / "node_modules"
    # The wheel carries pyright's own program; started by its wrapper it would look for a Node and for news of itself.
    pyright = site_packages() / "pyright" / "dist" / "index.js"
    return [
        _command("pyright strict", node.program, pyright, "--project", ROOT, "--pythonpath", PYTHON),
        _command("vue-tsc", node.program, modules / "vue-tsc" / "bin" / "vue-tsc.js", "--noEmit", cwd=PWA),
        _command("biome", node.program, modules / "@biomejs" / "biome" / "bin" / "biome", "ci", cwd=PWA),
    ]


def _command(name: str, *command: str | Path, cwd: Path = ROOT) -> Check:
    return Check(name, lambda: run(command, cwd=cwd))


def _names() -> Outcome:
    lines = list(names.findings())
    return Outcome(1 if lines else 0, lines)
