"""The words under which a case is found: names by character, pair, pinyin and initials; numbers by part; telephones.

SQLite's own tokenizers miss two-character words (`unicode61` and `trigram` both) and characters that are newer than
their tables, such as 𬭳. So the words are made here, in plain text between spaces, for a tokenizer that takes every
character beyond ASCII as a letter. A word begins with a sign of its kind, so that a query for one kind meets no other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

import msgspec

PHONE_END = 4
DAY = len("20261123")
YEAR = len("2026")
SERIAL = 4
"""Digits of a serial, its zeros with it."""

SHORTEST_PART = 3
"""Digits of a number that it is found by; a check digit alone says nothing."""

MOST_READINGS = 16
"""Ways to read a name aloud that are kept; 单 alone has three."""

_SEPARATORS = re.compile(r"[\W_]+")
_RUNS = re.compile(r"[0-9a-z]+|[^\x00-\x7f]+")


class Signs(NamedTuple):
    """What a case can be found by.

    Attributes:
        names: of the applicant, their organisation and their agent.
        phones: telephones of the applicant and the agent.
        numbers: of filing, case and result.
    """

    names: tuple[str, ...]
    phones: tuple[str, ...]
    numbers: tuple[str, ...]


def words_of(signs: Signs) -> str:
    """All words of a case, sorted, between spaces."""
    words: set[str] = set()
    for name in signs.names:
        words |= _name_words(name)
    for phone in signs.phones:
        if digits := "".join(c for c in plain(phone) if c in "0123456789"):
            words.add(f"t{digits[-PHONE_END:]}")
    for number in signs.numbers:
        words |= _number_words(number)
    return " ".join(sorted(words))


def plain(text: str) -> str:
    """Text in the one form in which it is kept and looked for: width and case do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def runs(text: str) -> list[str]:
    """The stretches of plain letters and of other characters in a text; dots and signs are none, and join names.

    买买提·吐尔逊 is one stretch, under whatever sign stands for the dot.
    """
    whole = "".join(_SEPARATORS.sub("", part) if not part.isascii() else f" {part} " for part in _cut(text))
    return _RUNS.findall(whole)


def _cut(text: str) -> list[str]:
    return re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", plain(text))


def pairs(run: str) -> list[str]:
    """Neighbouring characters, two by two; the character itself where there is but one."""
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def spelled(text: str, *, most: int = 4) -> list[tuple[str, str]]:
    """How words are spelled in pinyin and in initials, in each of at most so many ways to read them.

    Letters and digits stay as they are; signs are left out.
    """
    characters = [c for run in runs(text) for c in ([run] if run.isascii() else run)]
    ways = product(*((c,) if c.isascii() else _readings(c) for c in characters))
    spellings = [
        ("".join(way), "".join(part if c.isascii() else part[:1] for c, part in zip(characters, way, strict=True)))
        for way in islice(ways, most)
    ]
    return list(dict.fromkeys(spellings))


def spoken(text: str) -> str:
    """A text as it is said, in the usual reading of each character: syllables between spaces, letters as they are."""
    parts = ((run,) if run.isascii() else tuple(_readings(c)[0] for c in run) for run in runs(text))
    return " ".join(syllable for part in parts for syllable in part if syllable)


def _name_words(name: str) -> set[str]:
    words: set[str] = set()
    for run in runs(name):
        if run.isascii():
            words.add(f"w{run}")
        else:
            words |= {*run, *pairs(run), *_spoken(run)}
    return words


def _spoken(run: str) -> set[str]:
    """Pinyin and initials of a name from each of its characters on, in each way to read it."""
    words: set[str] = set()
    for reading in _ways_to_read(run):
        for start in range(len(reading)):
            words.add("p" + "".join(reading[start:]))
            words.add("i" + "".join(syllable[:1] for syllable in reading[start:]))
    return words - {"p", "i"}


def _ways_to_read(run: str) -> list[tuple[str, ...]]:
    return list(islice(product(*(_readings(c) for c in run)), MOST_READINGS))


def initials_of(name: str) -> tuple[str, ...]:
    """Pinyin initials of a whole name, in each way to read it; letters stand for themselves."""
    ways = [""]
    for run in runs(name):
        read = [run] if run.isascii() else ["".join(s[:1] for s in reading) for reading in _ways_to_read(run)]
        ways = [way + each for way in ways for each in read][:MOST_READINGS]
    return tuple(dict.fromkeys(way for way in ways if way))


def _number_words(number: str) -> set[str]:
    """A number from each of its parts on, and from the month of a day in it on."""
    parts = [run for run in _RUNS.findall(plain(number)) if run.isascii()]
    wholes = {"".join(parts[start:]) for start in range(len(parts))}
    wholes |= {"".join((day[YEAR:], *parts[n + 1 :])) for n, day in enumerate(parts) if len(day) == DAY}
    return {f"n{whole}" for whole in wholes if len(whole) >= SHORTEST_PART}


@lru_cache(maxsize=20_000)
def _readings(character: str) -> tuple[str, ...]:
    """How a character is read, without tones and with v for ü; nothing where nobody knows."""
    known = _dictionary().get(str(ord(character)), "")
    return tuple(dict.fromkeys(_toneless(each) for each in known.split(","))) if known else ("",)


def _toneless(syllable: str) -> str:
    apart = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(c for c in apart if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    """The readings that the package `pypinyin` carries; to import it would also load its 50 MB of phrases."""
    found = find_spec("pypinyin")
    assert found is not None
    assert found.origin is not None
    content = (Path(found.origin).parent / "pinyin_dict.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, str])
