"""The page on the ASVS: no requirement of levels 1 and 2 is missing, and what it names exists."""

import re
from collections import Counter

from bootstrap.places import ROOT

PAGE = ROOT / "docs" / "explanation" / "asvs.md"
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) ([^|]+) \| (met|partly|gap|n/a) \| ([^|]+) \|$", re.MULTILINE)
ASKED = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2  2.1:3 2.2:3 2.3:4 2.4:1  3.2:2 3.3:4 3.4:6 3.5:5 3.7:2  4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3  6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4  7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1  9.1:3 9.2:4  10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1  12.1:3 12.2:2 12.3:4  13.1:1 13.2:5 13.3:2 13.4:5  14.1:2 14.2:4 14.3:3
15.1:3 15.2:3 15.3:7  16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
"""Sections of the standard, and how many requirements of level 1 and 2 each has: they come first in each of them."""


def rows() -> list[tuple[str, str, str, str]]:
    return ROW.findall(PAGE.read_text())


def test_every_requirement_of_the_first_two_levels_has_a_line() -> None:
    sections = (section.split(":") for section in ASKED.split())
    asked = [f"V{name}.{number}" for name, count in sections for number in range(1, int(count) + 1)]

    assert [name for name, *_ in rows()] == asked
    assert len([line for line in PAGE.read_text().splitlines() if line.startswith("| V")]) == len(asked)


def test_every_file_and_test_that_it_names_exists() -> None:
    missing: list[tuple[str, str]] = []
    for name, _, _, how in rows():
        for path in re.findall(r"`((?:tests|web|store|domain|projections|sync|pwa|verifier)/[^`]+)`", how):
            file, _, test = path.partition("::")
            text = (ROOT / file).read_text() if (ROOT / file).is_file() else ""
            if not (ROOT / file).exists() or (test and f"def {test}(" not in text):
                missing.append((name, path))

    assert missing == []


def test_what_is_met_names_something_and_gaps_are_told() -> None:
    counted = Counter(status for _, _, status, _ in rows())

    assert counted["met"] > 120
    assert counted["gap"] + counted["partly"] > 0
