"""The reference pages that follow from the code: `python -m tests.reference` writes them, a test compares them."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import TypeVar

import msgspec
from msgspec import Struct

import domain
import store
from bootstrap.places import ROOT
from domain.case.commands import Command
from domain.facts import Fact
from sync import frames
from tests.rights.matrix import page as rights
from web.settings import PREFIX, Settings

FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- Made from the code by `python -m tests.reference`; write in the docstrings. -->"

Kind = TypeVar("Kind", bound=Struct)

FACTS = """\
Facts are what the log holds: written once, in the past tense, never changed. The tag is stored and stays for ever.
Fields, units and sources stand in the docstring of the class."""
COMMANDS = """\
A command is what a person, or the centre itself, asks for. Devices send those of `domain.case` as intents, under the
type given here; `@1` is the version of its arguments. The others are given inside the centre only."""
FRAMES = """\
One frame is one JSON object on the WebSocket `/sync` (subprotocol `doorstep.sync.1`); its field `t` holds the tag. A
binary message is the same, packed with zlib. Unknown fields are ignored, and an unknown frame is answered with
`error`."""
SETTINGS = "Settings are read once, at start. What the command line says goes first."


def pages() -> dict[str, str]:
    """Return the text of each page by its file name in docs/reference."""
    for package in (domain, store):
        _import_all(package)
    commands: list[tuple[str, type[Struct]]] = [(kind.type, kind) for kind in _below(Command) if kind.type]
    return {
        "facts.md": _page("Facts", FACTS, _table(_tagged(Fact))),
        "commands.md": _page("Commands", COMMANDS, _table(commands)),
        "frames.md": _page(
            "Frames",
            FRAMES,
            "## From a device\n",
            _table(_tagged(frames.ClientFrame)),
            "\n## From the server\n",
            _table(_tagged(frames.ServerFrame)),
        ),
        "settings.md": _page("Settings", SETTINGS, _settings()),
        "rights.md": _page("Rights", rights()),
    }


def write() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text)


def _page(title: str, lead: str, *parts: str) -> str:
    return "\n".join([MADE, "", f"# {title}", "", lead, "", *parts]) + "\n"


def _table(kinds: list[tuple[str, type[Struct]]]) -> str:
    rows = [f"| `{tag}` | `{kind.__module__}` | {_first_sentence(kind)} |" for tag, kind in kinds]
    return "\n".join(["| | defined in | meaning |", "|---|---|---|", *rows])


def _settings() -> str:
    described = _attributes(Settings)
    rows = [
        f"| `{PREFIX}{field.name.upper()}` | {_default(field)} | {described[field.name]} |"
        for field in msgspec.structs.fields(Settings)
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.name == "static":
        return "`web/static`"
    default = field.default
    return "" if default in ((), "", None, msgspec.NODEFAULT) else f"`{default}`"


def _attributes(kind: type) -> dict[str, str]:
    """Return what the docstring of `kind` says of each attribute, by name."""
    text = (inspect.getdoc(kind) or "").partition("Attributes:\n")[2]
    parts: list[str] = re.split(r"^ {4}(\w+): ", text, flags=re.MULTILINE)[1:]
    return {name: " ".join(words.split()) for name, words in zip(parts[::2], parts[1::2], strict=True)}


def _first_sentence(kind: type) -> str:
    first = (inspect.getdoc(kind) or "").partition("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


def _tagged(base: type[Struct]) -> list[tuple[str, type[Struct]]]:
    return [(str(kind.__struct_config__.tag), kind) for kind in _below(base)]


def _below(base: type[Kind]) -> list[type[Kind]]:
    """Return what is derived from `base` outside tests, by module, in the order it is written there."""
    return sorted((kind for kind in _derived(base) if not kind.__module__.startswith("tests")), key=_module)


def _derived(base: type[Kind]) -> Iterator[type[Kind]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _derived(kind)


def _module(kind: type) -> str:
    return kind.__module__


def _import_all(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


if __name__ == "__main__":
    write()
