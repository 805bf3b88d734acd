"""What people type into a search, as a question to the index of cases."""

from __future__ import annotations

from typing import Any

from projections.lookups import Lookups
from projections.words import PHONE_END, SERIAL, pairs, plain, runs

_COLUMNS = "c.id, c.filing_number, c.case_number, c.item_id, c.item_name, c.applicant, c.status, c.pos"
_NEWEST = f"SELECT {_COLUMNS} FROM case_index c ORDER BY c.pos DESC LIMIT :limit"
_NONE = f"SELECT {_COLUMNS} FROM case_index c WHERE 0"
_MATCHING = (
    f"SELECT {_COLUMNS} FROM ({{}}) hit JOIN case_index c ON c.filed = hit.filed ORDER BY c.pos DESC LIMIT :limit"
)
_BY_WORDS = "SELECT rowid AS filed FROM case_search WHERE case_search MATCH :{}"
_BY_ITEM = "SELECT filed FROM case_index WHERE item_id = :{}"
_NEWEST_OF_ITEM = "SELECT * FROM (SELECT filed FROM case_index WHERE item_id = :{} ORDER BY pos DESC LIMIT :limit)"

PHONE = len("13800000000")
MOST_TERMS = 6
"""Words of a query that are looked for; more would only slow a search that nothing satisfies."""


def cases_matching(query: str, lookups: Lookups) -> tuple[str, dict[str, Any]]:
    """A statement for the cases that fit every word of `query`, and its values; everything, for an empty query.

    The statement also takes `limit`.
    """
    terms = plain(query).split()[:MOST_TERMS]
    if not terms:
        return _NEWEST, {}
    values: dict[str, Any] = {}
    asked: list[str] = []
    for term in terms:
        arms = _arms(term, lookups, values, is_alone=len(terms) == 1)
        if not arms:
            return _NONE, {}
        asked.append(f"SELECT filed FROM ({' UNION '.join(arms)})")
    return _MATCHING.format(" INTERSECT ".join(asked)), values


def _arms(term: str, lookups: Lookups, values: dict[str, Any], *, is_alone: bool) -> list[str]:
    """The ways in which a case can fit one word."""

    def named(value: str) -> str:
        name = f"v{len(values)}"
        values[name] = value
        return name

    arms = [_BY_WORDS.format(named(match))] if (match := _match(term)) else []
    by_item = _NEWEST_OF_ITEM if is_alone else _BY_ITEM
    return arms + [by_item.format(named(item_id)) for item_id in _items(term, lookups)]


def _items(term: str, lookups: Lookups) -> list[str]:
    """Items whose name holds the word, in either language."""
    return [item.id for item in lookups.newest_items() if term in plain(item.name_zh) or term in plain(item.name_en)]


def _match(term: str) -> str:
    """The word as a question to the full-text index, empty if it holds nothing that can be looked for."""
    found = runs(term)
    latin = [run for run in found if run.isascii()]
    digits = sum(c in "0123456789" for run in latin for c in run)
    if digits and (len(latin) == len(found) or digits >= SERIAL):
        return _number("".join(latin))  # 1123-0001, BQ-20261123-0001, 北桥办〔2026〕第0001号
    return " AND ".join(_latin(run) if run.isascii() else _characters(run) for run in found)


def _characters(run: str) -> str:
    return " AND ".join(_quoted(pair) for pair in pairs(run))


def _latin(run: str) -> str:
    """Letters: pinyin, initials, a name in letters, or the beginning of a number."""
    return "(" + " OR ".join(f"{_quoted(kind + run)} *" for kind in "piwn") + ")"


def _number(digits: str) -> str:
    """A number from any of its parts on, a serial without its zeros, or the end of a telephone."""
    ways = [f"{_quoted('n' + digits)} *"]
    if len(digits) < SERIAL and digits.isdigit():
        ways.append(f"{_quoted('n' + digits.zfill(SERIAL))} *")
    if len(digits) == PHONE_END or (len(digits) == PHONE and digits.isdigit()):
        ways.append(_quoted("t" + digits[-PHONE_END:]))
    return "(" + " OR ".join(ways) + ")"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
