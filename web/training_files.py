"""Files of what is learnt: YAML with the line of each part, attachments beside it, and both packed into one ZIP."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, cast

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from domain.training.content import Attachment, Content, attachments_of
from domain.training.limits import Path as Place
from domain.training.source import Attached, FileFault, Lines, source_of

HANDOUTS = "handouts"
"""The folder beside the file in which an export saves attachments."""

MOST_BYTES = 50_000_000
"""Of one attachment."""
MOST_UNPACKED = 400_000_000
"""Of everything in a ZIP."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
_KINDS = {"pdf": "pdf", "jpg": "picture", "png": "picture", "webp": "picture", "mp4": "video", "webm": "video"}
_WIDE = 120
MOST_SAID = 60
"""Signs of a scalar that a fault repeats."""


class NoTraining(ValueError):
    """What was given is no file of content to be learnt; the message says why, in one sentence.

    Attributes:
        zh: the same in Chinese.
    """

    def __init__(self, message: str, zh: str) -> None:
        """Say why, in both languages."""
        super().__init__(message)
        self.zh = zh


class Parsed(NamedTuple):
    """A file that could be read as YAML.

    Attributes:
        lines: where its parts begin.
    """

    raw: dict[str, Any]
    lines: Lines


class Given(NamedTuple):
    """A file with what lies beside it.

    Attributes:
        name: as faults call it.
        text: YAML.
        beside: reads a file beside it by its relative name; None where there is none.
    """

    name: str
    text: str
    beside: Callable[[str], bytes | None]


def sort_of(content: bytes) -> str | None:
    """What kind of file this is, by its first bytes: a name of `MEDIA_TYPES`; None for anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return "mp4"
    return "webm" if content.startswith(b"\x1a\x45\xdf\xa3") else None


def attached(content: bytes | None) -> Attached | None:
    """How a file is named in content, not yet kept; None if it cannot be shown, or is too large."""
    sort = sort_of(content) if content is not None and len(content) <= MOST_BYTES else None
    if content is None or sort is None:
        return None
    return Attached(kind=_KINDS[sort], sha256=sha256(content).hexdigest(), size=len(content))


# Reading


def parsed(text: str) -> Parsed | FileFault:
    """A YAML text with the line of each part, or the one fault that keeps it from being read."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        raw = cast("Any", loader).construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem = mark.line + 1 if mark else 1, error.problem or error.context
        return FileFault(line, "the file", f"no YAML: {problem}", f"不是 YAML：{problem}")
    except (yaml.YAMLError, RecursionError) as error:
        problem = " ".join(str(error).split())
        return FileFault(1, "the file", f"no YAML: {problem}", f"不是 YAML：{problem}")
    if not isinstance(raw, dict) or node is None:
        return FileFault(1, "the file", "it holds no lists of content", "里面没有内容的列表")
    return Parsed(cast("dict[str, Any]", raw), dict(_lines(node, ())))


class _Loader(yaml.SafeLoader):
    """Reads what a person would write: no aliases, of which a few lines can stand for more than there is room for."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """As ever, but for aliases.

        Raises:
            ComposerError: here is one.
        """
        if self.check_event(yaml.AliasEvent):
            mark = cast("Any", self).peek_event().start_mark
            raise ComposerError(None, None, "write out what the alias stands for", mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """As ever; a scalar that is not what it looks like, such as the day 2026-13-45, is told of with its line.

        Raises:
            ConstructorError: it is none.
        """
        try:
            return cast("Any", super()).construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            problem = f"{str(node.value)[:MOST_SAID]} is no {node.tag.rpartition(':')[2]}"
            raise ConstructorError(None, None, problem, node.start_mark) from error


def _lines(node: yaml.Node, at: Place) -> Iterator[tuple[Place, int]]:
    if at:
        yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if isinstance(key, yaml.ScalarNode):
                path = (*at, str(key.value))
                yield from _lines(value, path)
                yield path, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for place, one in enumerate(cast("list[yaml.Node]", node.value)):
            yield from _lines(one, (*at, place))


def given_on_disk(file: Path) -> Given:
    """A file of the disk, YAML or ZIP.

    Raises:
        NoTraining: it is neither.
    """
    content = file.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)):
        return given_in_zip(file.name, content)
    return Given(file.name, _text(file.name, content), _folder(file.parent))


def given_over_http(name: str, content: bytes) -> Given:
    """A file that was sent, YAML or ZIP.

    Raises:
        NoTraining: it is neither.
    """
    if zipfile.is_zipfile(io.BytesIO(content)):
        return given_in_zip(name, content)
    return Given(name, _text(name, content), _nothing)


def given_in_zip(name: str, content: bytes) -> Given:
    """The one YAML file of a ZIP, with the other files as what lies beside it.

    Raises:
        NoTraining: there is none or more than one, or it unpacks to too much.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
            raise NoTraining(
                f"{name} unpacks to more than {MOST_UNPACKED:,} bytes.", f"{name} 解压后超过 {MOST_UNPACKED:,} 字节。"
            )
        files = {one.filename: packed.read(one) for one in packed.infolist() if not one.is_dir()}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError) as error:
        raise NoTraining(f"{name} cannot be unpacked.", f"{name} 解压不了。") from error
    texts = [one for one in files if one.endswith((".yaml", ".yml"))]
    if len(texts) != 1:
        raise NoTraining(
            f"{name} holds {len(texts)} YAML files; one is needed.",
            f"{name} 里有 {len(texts)} 个 YAML 文件，要正好一个。",
        )
    folder = PurePosixPath(texts[0]).parent
    return Given(
        PurePosixPath(texts[0]).name,
        _text(texts[0], files[texts[0]]),
        partial(_packed, files, folder),
    )


def _nothing(_: str) -> bytes | None:
    return None


def _packed(files: Mapping[str, bytes], folder: PurePosixPath, name: str) -> bytes | None:
    return files.get(str(folder / name))


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoTraining(f"{name} is no UTF-8 text and no ZIP.", f"{name} 既不是 UTF-8 文字，也不是 ZIP。") from error


def _folder(folder: Path) -> Callable[[str], bytes | None]:
    """Reads files of a folder and of those within it, and of nowhere else."""
    whole = folder.resolve()

    def read(name: str) -> bytes | None:
        path = (whole / name).resolve()
        return path.read_bytes() if path.is_relative_to(whole) and path.is_file() else None

    return read


# Writing


def written(contents: Iterable[Content]) -> str:
    """The YAML text that reads as `contents`."""
    source = source_of(contents, file_of=saved_as)
    return yaml.dump(source, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDE)


def saved_as(one: Attachment) -> str:
    """The name of an attachment beside the file: its own, in a folder that tells two of a name apart."""
    return f"{HANDOUTS}/{one.sha256[:8]}/{one.name}"


def handouts_of(contents: Iterable[Content]) -> Mapping[str, Attachment]:
    """Every attachment of `contents` by the name under which it is saved."""
    return {saved_as(one): one for content in contents for one in attachments_of(content)}


def zipped(contents: Iterable[Content], read: Callable[[Attachment], bytes]) -> bytes:
    """A ZIP of the YAML text and every attachment."""
    every = tuple(contents)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("training.yaml", written(every))
        for name, one in handouts_of(every).items():
            packed.writestr(name, read(one))
    return out.getvalue()


class _Dumper(yaml.SafeDumper):
    """Writes what a person would: no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Say a thing again where it stands again."""
        return True
