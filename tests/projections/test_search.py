"""A case is found by what people know of it, as they type it."""

from collections.abc import Generator
from contextlib import closing
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.commands import AcceptCase, DecideCase, IssueResult, ReviewCase
from projections.follower import catch_up
from projections.generations import file_in
from projections.reader import Reader
from projections.words import Signs, pairs, runs, words_of
from tests.cast import CASE, CHEN, HARDSHIP, LEASE, LI, WANG, ZHOU, Filing
from tests.premises import opened

PEOPLE = {
    "chen": ("陈志远", "13800001234"),
    "ma": ("买买提·吐尔逊", "13900005678"),
    "rare": ("䶮𬭳", "13700000001"),
    "shan": ("单于", "13700000002"),
    "lv": ("吕布", "13700000003"),
    "smith": ("John Smith", "13700000004"),
    "one": ("佘", "13700000005"),
}
NOBODY: set[str] = set()
CASES = {who: uuid5(CASE, f"found {who}") for who in PEOPLE}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Generator[Reader]:
    folder = tmp_path_factory.mktemp("search")
    with opened(folder / "centre") as premises:
        for who, (name, phone) in PEOPLE.items():
            item = HARDSHIP if who == "ma" else LEASE
            premises.receive(Filing(item, case=CASES[who], applicant_name=name, applicant_phone=phone), case=CASES[who])
        premises.do(AcceptCase(), by=ZHOU, case=CASES["chen"])
        premises.do(ReviewCase(), by=LI, case=CASES["chen"])
        premises.do(DecideCase(outcome="granted"), by=WANG, case=CASES["chen"])
        premises.do(IssueResult(), by=CHEN, case=CASES["chen"])
        catch_up(premises.centre, folder)
    with closing(Reader(file_in(folder))) as opened_reader:
        yield opened_reader


def found(reader: Reader, query: str) -> set[str]:
    names = {str(case): who for who, case in CASES.items()}
    return {names[each.id] for each in reader.search(query)}


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("陈志远", {"chen"}),
        ("志远", {"chen"}),
        ("远", {"chen"}),
        (" 陈志远 ", {"chen"}),
        ("陈志近", NOBODY),
        ("chenzhiyuan", {"chen"}),
        ("zhiyuan", {"chen"}),
        ("chenzh", {"chen"}),
        ("CZY", {"chen"}),
        ("zy", {"chen"}),
        ("买买提·吐尔逊", {"ma"}),
        ("买买提•吐尔逊", {"ma"}),
        ("买买提吐尔逊", {"ma"}),
        ("吐尔逊", {"ma"}),
        ("maimaitituerxun", {"ma"}),
        ("䶮", {"rare"}),
        ("𬭳", {"rare"}),
        ("䶮𬭳", {"rare"}),
        ("shanyu", {"shan"}),
        ("chanyu", {"shan"}),
        ("lvbu", {"lv"}),
        ("smith", {"smith"}),
        ("Smi", {"smith"}),
        ("john smith", {"smith"}),
        ("佘", {"one"}),
        ("佘某", NOBODY),
    ],
)
def test_by_name_pinyin_and_initials(reader: Reader, query: str, who: set[str]) -> None:
    assert found(reader, query) == who


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("1234", {"chen"}),
        ("13800001234", {"chen"}),
        ("5678", {"ma"}),
        ("BQS-20261123-0002", {"ma"}),
        ("bqs202611230002", {"ma"}),
        ("20261123-0002", {"ma"}),
        ("1123-0002", {"ma"}),
        ("BQS", set(PEOPLE)),
        ("20261123", set(PEOPLE)),
        ("北桥办〔2026〕第0001号", {"chen"}),
        ("2026第0001号", {"chen"}),
        ("99999", NOBODY),
    ],
)
def test_by_telephones_end_and_by_any_part_of_a_number(reader: Reader, query: str, who: set[str]) -> None:
    assert found(reader, query) == who


def test_a_serial_is_found_with_and_without_its_zeros(reader: Reader) -> None:
    assert "ma" in found(reader, "2")
    assert "ma" in found(reader, "0002")


def test_by_item_in_either_language_and_by_several_words_together(reader: Reader) -> None:
    assert found(reader, HARDSHIP.name_zh[:4]) == {"ma"}
    assert found(reader, HARDSHIP.name_en.split()[0]) >= {"ma"}
    assert found(reader, f"{LEASE.name_zh[:4]} 陈志远") == {"chen"}
    assert found(reader, f"{HARDSHIP.name_zh[:4]} 陈志远") == set()
    assert found(reader, "chen 1234") == {"chen"}


@pytest.mark.parametrize("query", ["%", "_", "*", '"', "'", "-", "〔", "no such thing", "志 志近", "OR *", "\x00"])
def test_signs_are_no_wildcards_and_no_syntax(reader: Reader, query: str) -> None:
    assert found(reader, query) == set()


def test_nothing_finds_everything_newest_change_first_and_never_more_than_asked(reader: Reader) -> None:
    everything = reader.search("")

    assert [each.pos for each in everything] == sorted((each.pos for each in everything), reverse=True)
    assert {each.id for each in everything} == {str(case) for case in CASES.values()}
    assert len(reader.search("", limit=3)) == len(reader.search("BQS", limit=3)) == 3
    assert [each.pos for each in reader.search("BQS", limit=3)] == [each.pos for each in everything[:3]]


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered(reader: Reader, query: str) -> None:
    reader.search(query)


NAMES = st.text(st.characters(categories=["Lo"], min_codepoint=0x4E00), min_size=1, max_size=6)


@given(NAMES, st.integers(0, 5), st.integers(1, 6))
def test_every_part_of_a_name_is_among_its_words(name: str, start: int, length: int) -> None:
    words = set(words_of(Signs((name,), (), ())).split(" "))

    for run in runs(name[start : start + length]):
        assert words.issuperset(pairs(run))
