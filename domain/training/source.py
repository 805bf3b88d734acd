"""Content to be learnt as a file holds it: read with every fault at its place, and written so that it reads the same.

The file is YAML with a list for each kind of content (see `web/demo/training.yaml`); whoever has parsed it also says on
which line each part stands. Attachments name files beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from domain.catalogue.items import ServiceItem
from domain.training.content import (
    ACTIONS,
    KINDS,
    Attachment,
    CertificateKind,
    Content,
    Course,
    Kind,
    Question,
    kind_of,
)
from domain.training.limits import Fault, Path
from domain.training.soundness import faults_of

LISTS: dict[str, Kind] = {
    "courses": "course",
    "topics": "topic",
    "scenarios": "scenario",
    "questions": "question",
    "policies": "policy",
    "qa": "qa",
    "certificates": "certificate",
}
"""The lists of a file and the kind of content in each, in the order in which they are written."""

BESIDE = ("modules", "actions")
"""Lists that a file may have to explain itself: names of modules and of actions; nothing of them is published."""

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<where>.*)`)?$", re.DOTALL)
_STEPS = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")

Lines = Mapping[Path, int]
"""On which line of the file the part at a path begins, from 1."""


class Attached(NamedTuple):
    """A file that is named beside a lesson; see `Attachment`."""

    kind: str
    sha256: str
    size: int
    address: str = ""


Attach = Callable[[str], Attached | None]
"""Looks at a named file; None where there is none of a kind that can be shown."""


class FileFault(NamedTuple):
    """Something wrong in a file.

    Attributes:
        line: from 1.
        where: the list, the thing and the field.
        what: is wrong there, in English.
        zh: the same in Chinese.
    """

    line: int
    where: str
    what: str
    zh: str

    def __str__(self) -> str:
        """As a line of a report, after the name of the file; Chinese first."""
        return f"{self.line}: {self.where}: {self.zh} ({self.what})"


class Read(NamedTuple):
    """What a file holds.

    Attributes:
        contents: in the order in which they are published.
        faults: in order of lines; while there is one, nothing of it may be published.
    """

    contents: tuple[Content, ...]
    faults: tuple[FileFault, ...]


class Known(NamedTuple):
    """What a centre has already, beside what the file brings.

    Attributes:
        newest_item: the newest version of an item of the catalogue, None where there is none.
        contents: what is learnt now.
    """

    newest_item: Callable[[str], ServiceItem | None]
    contents: Sequence[Content] = ()


class _Around:
    """What the contents of a file may refer to: one another, and what the centre has."""

    def __init__(self, contents: Iterable[Content], known: Known) -> None:
        self._newest_item = known.newest_item
        every = [*known.contents, *contents]
        self._ids = {(kind_of(one), one.id) for one in every}
        self._lessons = {lesson.id for one in every if isinstance(one, Course) for lesson in one.lessons}

    def newest_item(self, item_id: str) -> ServiceItem | None:
        return self._newest_item(item_id)

    def has(self, kind: Kind, content_id: str) -> bool:
        return (kind, content_id) in self._ids

    def has_lesson(self, lesson_id: str) -> bool:
        return lesson_id in self._lessons


def contents_from_source(raw: Mapping[str, Any], lines: Lines, known: Known, *, attach: Attach) -> Read:
    """Read a parsed file and check all of it.

    Args:
        raw: the parsed file.
        lines: where its parts stand.
        known: what it may refer to beside itself.
        attach: looks at a file that an attachment names.
    """
    found: list[tuple[Path, Content]] = []
    faults = [
        Fault((str(key),), "there is no list of that name", "没有这个名称的列表")
        for key in raw
        if key not in _LIST_KEYS
    ]
    for name, kind in LISTS.items():
        for place, one in enumerate(_list(raw.get(name), (name,), faults)):
            at: Path = (name, place)
            content = _converted(one, kind, at, faults, attach)
            if content is not None:
                found.append((at, content))
    faults += _actions(raw)
    around = _Around((content for _, content in found), known)
    faults += _twice(found)
    faults += (fault._replace(path=at + fault.path) for at, content in found for fault in faults_of(content, around))
    faults += _pools(found, known)
    told = sorted({_told(fault, raw, lines) for fault in faults})
    return Read(in_order(content for _, content in found), tuple(told))


_LIST_KEYS = frozenset((*LISTS, *BESIDE))


def in_order(contents: Iterable[Content]) -> tuple[Content, ...]:
    """What others refer to comes first; of one kind, as they stood."""
    kinds = list(KINDS)
    return tuple(sorted(contents, key=lambda one: kinds.index(kind_of(one))))


def _list(value: Any, at: Path, faults: list[Fault]) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, list):
        return cast("Sequence[Any]", value)
    faults.append(Fault(at, "it is no list", "这里要是一个列表"))
    return ()


def _converted(raw: Any, kind: Kind, at: Path, faults: list[Fault], attach: Attach) -> Content | None:
    attached = list(_attachments(cast("dict[str, Any]", raw), at, faults, attach)) if isinstance(raw, dict) else []
    for lesson, files in attached:
        lesson["attachments"] = files
    try:
        content: Content = msgspec.convert(raw, KINDS[kind], strict=True)
    except msgspec.ValidationError as error:
        path, what = _placed(str(error))
        faults.append(Fault(at + path, what, _in_chinese(what)))
        return None
    if not _is_kept(content, kind):
        what = "it holds a value that is neither text, number, list nor mapping of names"
        faults.append(Fault(at, what, "里面有一个值既不是文字、数字、列表，也不是名称对应的内容"))
        return None
    return content


def _is_kept(content: Content, kind: Kind) -> bool:
    """Whether it reads the same from the log; YAML has days, sets and numbers that JSON has not."""
    try:
        return msgspec.json.decode(msgspec.json.encode(content), type=KINDS[kind]) == content
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False


def _attachments(
    raw: dict[str, Any], at: Path, faults: list[Fault], attach: Attach
) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Every part with attachments, and these as they are kept: with the hash of what their files hold."""
    parts: list[tuple[Path, Any]] = [(at, raw)]
    lessons = raw.get("lessons")
    if isinstance(lessons, list):
        parts += [((*at, "lessons", n), one) for n, one in enumerate(cast("Sequence[Any]", lessons))]
    for path, part in parts:
        named = cast("dict[str, Any]", part).get("attachments") if isinstance(part, dict) else None
        if isinstance(named, list):
            files = list(_files(cast("Sequence[Any]", named), (*path, "attachments"), faults, attach))
            yield cast("dict[str, Any]", part), files


def _files(named: Sequence[Any], at: Path, faults: list[Fault], attach: Attach) -> Iterator[Any]:
    for place, one in enumerate(named):
        if not isinstance(one, dict) or "file" not in one:
            yield one
            continue
        entry = cast("dict[str, Any]", one)
        name = str(entry["file"])
        seen = attach(name)
        if seen is None:
            what = f"there is no picture, video or PDF {name} beside the file"
            faults.append(Fault((*at, place, "file"), what, f"文件旁边没有图片、视频或 PDF {name}"))
            continue
        rest = {key: value for key, value in entry.items() if key != "file"}
        yield {**rest, "name": name.rpartition("/")[2], **seen._asdict()}


def _placed(message: str) -> tuple[Path, str]:
    """Where msgspec found something, and what."""
    found = _AT.match(message)
    assert found is not None
    steps = _STEPS.findall(found["where"] or "")
    return tuple(name or int(number) for name, number in steps), found["what"]


_MISFITS = (
    (re.compile(r"Expected `(\w+)`, got `(\w+)`"), "这里要是{0}，写的是{1}"),
    (re.compile(r"Expected `([^`]+)`, got `(\w+)`"), "这里要是{0}，写的是{1}"),
    (re.compile(r"Object missing required field `([^`]+)`"), "缺少 {0}"),
    (re.compile(r"Object contains unknown field `([^`]+)`"), "没有 {0} 这一栏"),
    (re.compile(r"Invalid enum value (.+)"), "不能写 {0}"),
    (re.compile(r"Invalid value (.+)"), "不能写 {0}"),
    (re.compile(r"Invalid RFC3339 encoded date"), "日期要写成 2026-09-01 这样"),
)
"""What msgspec says of a value that does not fit, and the same in Chinese."""
_SORTS = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "是否（true 或 false）",
    "null": "空",
    "array": "列表",
    "object": "名称对应的内容",
    "date": "日期",
}


def _in_chinese(what: str) -> str:
    for pattern, words in _MISFITS:
        if (found := pattern.fullmatch(what)) is not None:
            return words.format(*(_sorts(one) for one in found.groups()))
    return "这里写的内容不对"


def _sorts(name: str) -> str:
    return "或".join(_SORTS.get(one, one) for one in name.split(" | "))


def _actions(raw: Mapping[str, Any]) -> Iterator[Fault]:
    actions = raw.get("actions")
    for place, one in enumerate(cast("Sequence[Any]", actions) if isinstance(actions, list) else ()):
        if isinstance(one, dict) and cast("dict[str, Any]", one).get("id") not in ACTIONS:
            id = cast("dict[str, Any]", one).get("id")
            yield Fault(("actions", place), f"there is no action {id}", f"没有操作 {id}")


def _twice(found: Sequence[tuple[Path, Content]]) -> Iterator[Fault]:
    seen: set[tuple[Kind, str]] = set()
    for at, content in found:
        key = (kind_of(content), content.id)
        if key in seen:
            yield Fault((*at, "id"), f"{content.id} stands twice", f"{content.id} 写了两遍")
        seen.add(key)


def _pools(found: Sequence[tuple[Path, Content]], known: Known) -> Iterator[Fault]:
    """Examinations for which the bank has too few questions."""
    bank = {one.id: one for one in known.contents if isinstance(one, Question)}
    bank |= {one.id: one for _, one in found if isinstance(one, Question)}
    for at, kind in found:
        if isinstance(kind, CertificateKind):
            pool = sum(any(kind.covers(item) for item in one.item_ids) for one in bank.values())
            if pool < kind.exam.questions:
                where = (*at, "exam", "questions")
                yield Fault(where, f"the bank has only {pool} questions for it", f"题库里能考的只有{pool}题")


def _told(fault: Fault, raw: Mapping[str, Any], lines: Lines) -> FileFault:
    path = fault.path
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)
    return FileFault(line, _where(path, raw), fault.what, fault.zh)


def _where(path: Path, raw: Any) -> str:
    """A path in the words of the file: things by their id."""
    words: list[str] = []
    here: Any = raw
    for part in path:
        here = _within(here, part)
        if isinstance(part, str):
            words.append(part)
        else:
            id = cast("dict[str, Any]", here).get("id") if isinstance(here, dict) else None
            words.append(str(id) if id is not None else f"#{part + 1}")
    return ": ".join(words)


def _within(here: Any, part: str | int) -> Any:
    try:
        return here[part]
    except (KeyError, IndexError, TypeError):
        return None


# Written


def source_of(contents: Iterable[Content], *, file_of: Callable[[Attachment], str]) -> dict[str, Any]:
    """The file that reads as `contents`, ready to be written as YAML: what has its default is left out.

    Args:
        contents: of any kinds.
        file_of: the name under which the file of an attachment is saved beside.
    """
    lists: dict[str, list[Any]] = {name: [] for name in LISTS}
    names = {kind: name for name, kind in LISTS.items()}
    for content in contents:
        lists[names[kind_of(content)]].append(_written(content, file_of))
    return {name: entries for name, entries in lists.items() if entries}


def _written(value: Any, file_of: Callable[[Attachment], str]) -> Any:
    if isinstance(value, Attachment):
        titles = {"title_zh": value.title_zh, "title_en": value.title_en}
        return {"file": file_of(value), **{key: text for key, text in titles.items() if text}}
    if isinstance(value, Struct):
        return {
            field.encode_name: _written(getattr(value, field.name), file_of)
            for field in msgspec.structs.fields(value)
            if not _is_default(field, getattr(value, field.name))
        }
    if isinstance(value, tuple | list):
        return [_written(one, file_of) for one in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        return {key: _written(one, file_of) for key, one in cast("dict[str, Any]", value).items()}
    return msgspec.to_builtins(value)


def _is_default(field: msgspec.structs.FieldInfo, value: Any) -> bool:
    if field.required:
        return False
    factory = field.default_factory
    default = factory() if factory is not msgspec.NODEFAULT and callable(factory) else field.default
    return bool(value == default)


def fault_lines(name: str, faults: Iterable[FileFault]) -> Iterator[str]:
    """Faults as they are shown: file, line, place, fault."""
    return (f"{name}:{fault}" for fault in faults)


__all__ = ["Fault", "FileFault", "Known", "Read", "contents_from_source", "fault_lines", "in_order", "source_of"]
