"""How long texts of content may be, and between what its numbers lie.

Content is checked when it is published, and read without limits afterwards: what was published once stays readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from domain.catalogue.values import FIRST_DAY, LAST_DAY

Path = tuple[str | int, ...]
"""Where in a thing something stands: names of fields and places in lists."""

NUMBERS: Mapping[str, tuple[int, int]] = {
    "minutes": (1, 600),
    "due_days": (1, 3_660),
    "valid_days": (1, 3_660),
    "renew_days": (1, 3_660),
    "days": (0, 366),
    "month": (1, 12),
    "year": (2000, 2200),
    "weekday": (1, 7),
    "level": (1, 3),
    "points": (1, 1_000),
    "pass_points": (1, 1_000),
    "count": (1, 500),
    "questions": (1, 500),
    "pass_mark": (1, 100),
    "retakes": (0, 100),
    "cooldown_days": (0, 366),
    "size": (1, 50_000_000),
}
"""Least and most of each number, by its name."""

FORMS: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"[a-z0-9][a-z0-9-]{0,79}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "address": re.compile(r"([0-9a-f]{64})?"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    "name": re.compile(r"(?!\.{1,2}\Z)[^/\\\x00-\x1f]{0,199}[^/\\\x00-\x1f\s]"),
}
SAID: Mapping[str, tuple[str, str]] = {
    "id": (
        "it is made of small letters, digits and hyphens, 80 at most",
        "只能用小写字母、数字和短横线，最多80个",
    ),
    "time": ("it is a time as 09:30", "时间要写成 09:30 这样"),
    "name": ("it is a name of 200 signs at most, without slashes", "文件名最多200个字，不能有斜杠"),
}

SHORT, LONG = 200, 20_000
SHORT_TEXTS = frozenset({"title", "name", "source", "home", "path"})
"""Texts of one line; every other one may have paragraphs."""
NEVER_EMPTY = frozenset({"lessons", "lesson_ids", "steps", "answer"})
ENGLISH_FACTOR = 2
"""The same takes about twice as many signs in English."""


class Fault(NamedTuple):
    """Something that keeps a thing from being published.

    Attributes:
        path: where in it.
        what: is wrong there, in English.
        zh: the same in Chinese.
    """

    path: Path
    what: str
    zh: str

    def __str__(self) -> str:
        """As `where: what`."""
        return f"{'.'.join(map(str, self.path))}: {self.what}" if self.path else self.what

    def in_chinese(self) -> str:
        """The same in Chinese, with the place in the words of the screens on which it was written."""
        place = place_in_chinese(self.path)
        return f"{place}：{self.zh}" if place else self.zh


_COUNTED: Mapping[str, str] = {
    "steps": "第{}步",
    "lessons": "第{}课",
    "plays": "开始时发生的第{}件事",
    "choices": "第{}种说法",
    "wrong": "第{}条容易做错的",
    "attachments": "第{}个附件",
    "draw": "第{}条抽题规则",
}
_NAMED: Mapping[str, str] = {
    "id": "代号",
    "title": "标题",
    "summary": "介绍",
    "text": "正文",
    "minutes": "分钟",
    "due_days": "几天学完",
    "item_ids": "事项",
    "item": "事项",
    "lesson_ids": "课",
    "month": "月份",
    "course_id": "课程",
    "course_ids": "课程",
    "level": "难度",
    "stem": "题目",
    "options": "选项",
    "answer": "答案",
    "explanation": "解析",
    "question": "问题",
    "source": "来源",
    "effective": "生效日期",
    "action": "要做什么",
    "background": "背景",
    "pass_points": "合格分",
    "points": "分值",
    "happens": "发生什么",
    "citizen_says": "群众说什么",
    "rule": "要点",
    "role": "谁来办",
    "expected": "应当做",
    "args": "做成什么样",
    "material": "材料",
    "feedback": "怎么提醒",
    "days": "天数",
    "starts": "什么时候开始",
    "time": "几点",
    "weekday": "星期几",
    "person": "来办事的人",
    "relative": "代办的人",
    "name": "名称",
    "home": "住址",
    "catalogue_fact": "和目录核对的地方",
    "exam": "考核",
    "attachments": "附件",
    "wrong": "容易做错的",
    "choices": "说法",
    "steps": "步骤",
    "lessons": "课",
}


def place_in_chinese(path: Path) -> str:
    """A place in the words of the screens: `第3步·应当做`; what has no word there stands as it is."""
    words: list[str] = []
    for place, part in enumerate(path):
        before = path[place - 1] if place else ""
        after = path[place + 1] if place + 1 < len(path) else ""
        if isinstance(part, int):
            words.append(_COUNTED.get(str(before), "第{}个").format(part + 1))
        elif not (part in _COUNTED and isinstance(after, int)):
            stem, _, language = part.rpartition("_")
            named = _NAMED.get(stem if language in ("zh", "en") else part, part)
            words.append(f"{named}（英文）" if language == "en" else named)
    return "·".join(words)


def limit_faults(part: Struct, at: Path = ()) -> Iterator[Fault]:
    """What of a thing, or of a part of one, is too long, empty, out of range or not in its form."""
    for field in msgspec.structs.fields(part):
        yield from _of_value(field.name, getattr(part, field.name), (*at, field.name), required=field.required)


def _of_value(name: str, value: Any, at: Path, *, required: bool) -> Iterator[Fault]:
    if isinstance(value, Struct):
        yield from limit_faults(value, at)
    elif isinstance(value, tuple | list):
        yield from _of_list(name, cast("Sequence[Any]", value), at)
    elif isinstance(value, str):
        yield from _of_text(name, value, at, required=required)
    elif isinstance(value, int) and not isinstance(value, bool) and name in NUMBERS:
        least, most = NUMBERS[name]
        if not least <= value <= most:
            yield Fault(at, f"it lies between {least} and {most:,}", f"要在{least}到{most}之间")
    elif isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
        yield Fault(at, f"it lies between {FIRST_DAY} and {LAST_DAY}", f"要在{FIRST_DAY}到{LAST_DAY}之间")
    elif isinstance(value, dict) and name in ("options", "options_en"):
        for key, text in cast("dict[str, Any]", value).items():
            yield from _of_text("title_zh", str(text), (*at, key), required=True)


def _of_list(name: str, values: Sequence[Any], at: Path) -> Iterator[Fault]:
    if not values and name in NEVER_EMPTY:
        yield Fault(at, "it is empty", "不能空着")
    for place, one in enumerate(values):
        if isinstance(one, Struct):
            yield from limit_faults(one, (*at, place))


def _of_text(name: str, text: str, at: Path, *, required: bool) -> Iterator[Fault]:
    if (form := FORMS.get(name)) is not None:
        if form.fullmatch(text) is None:
            yield Fault(at, *SAID.get(name, ("it is a hash in hexadecimal", "要是十六进制的校验值")))
        return
    stem, _, language = name.rpartition("_")
    most = SHORT if (stem or name) in SHORT_TEXTS else LONG
    if required and not text.strip():
        yield Fault(at, "it is empty", "不能空着")
    if len(text) > most * (ENGLISH_FACTOR if language == "en" else 1):
        yield Fault(at, f"it is longer than {most:,} signs", f"超过了{most}个字")
