"""Letters can be checked like results: by a code that nobody can forge and that tells nothing to whoever has none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import commands as c
from domain.effects.papers import PaperKind, PaperRendered, papers_stream
from domain.identity.erasure import ErasePerson
from store.bench import CODE_ALPHABET, CODE_LENGTH
from store.files import FileStore
from store.places import FolderPlaces
from tests.app.printed import printed
from tests.app.timely import TimelyTown
from tests.cast import LEASE
from web.results.codes import KEY, LetterCodes
from web.results.findings import letter_finding
from web.results.letters import KIND_OF_FACT
from web.results.press import Press

ADDRESS = "https://doorstep.example.cn"
RARE = ("王䶮", "孙𬭳", "买买提·吐尔逊")
CODES = LetterCodes(b"k" * 32)
KINDS = sorted({*KIND_OF_FACT.values()})


class Printery:
    """A town whose letters are printed."""

    def __init__(self, folder: Path) -> None:
        self.town = TimelyTown(folder)
        self.files = FileStore(FolderPlaces(folder / "centre" / "files"), self.town.centre.vault)

    def letter(self, case: UUID, kind: PaperKind) -> bytes:
        """The last letter of a kind."""
        Press(self.town.centre, self.files, address=ADDRESS).catch_up()
        rendered = self.town.facts(papers_stream(case), PaperRendered)
        return self.files.read(next(one.address for one in reversed(rendered) if one.kind == kind))

    def code(self, case: UUID, kind: PaperKind) -> str:
        """The code on it."""
        found = re.search(rf"/verify/([{CODE_ALPHABET}]{{{CODE_LENGTH}}})", printed(self.letter(case, kind)))
        assert found is not None
        return found[1]

    def finding(self, code: str) -> Any:
        """What is found out about a code."""
        return letter_finding(self.town.centre, code)

    def close(self) -> None:
        """Close the town."""
        self.town.close()


@pytest.fixture
def printery(tmp_path: Path) -> Iterator[Printery]:
    with closing(Printery(tmp_path)) as printery:
        yield printery


@given(position=st.integers(1, 2**34 - 1), kind=st.sampled_from(KINDS), case=st.uuids())
def test_a_code_names_its_letter_again(position: int, kind: PaperKind, case: UUID) -> None:
    code = CODES.code(case, position, kind)

    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_ALPHABET)
    assert CODES.named(code) == (position, kind)


@given(
    position=st.integers(1, 2**34 - 1), case=st.uuids(), place=st.integers(0, CODE_LENGTH - 1), by=st.integers(1, 30)
)
def test_no_letter_has_a_code_with_one_wrong_sign(position: int, case: UUID, place: int, by: int) -> None:
    code = CODES.code(case, position, PaperKind.DECISION)
    sign = CODE_ALPHABET[(CODE_ALPHABET.index(code[place]) + by) % len(CODE_ALPHABET)]
    wrong = code[:place] + sign + code[place + 1 :]

    named = CODES.named(wrong)

    assert named is None or CODES.code(case, *named) != wrong


def test_codes_of_other_centres_and_cases_differ_and_neighbours_do_not_look_alike() -> None:
    case = UUID(int=7)
    codes = [CODES.code(case, position, PaperKind.RECEIPT) for position in range(1, 200)]

    assert CODES.code(UUID(int=8), 1, PaperKind.RECEIPT) != codes[0]
    assert LetterCodes(b"o" * 32).code(case, 1, PaperKind.RECEIPT) != codes[0]
    assert len({code[:4] for code in codes}) > 190


def test_only_letters_have_such_codes_and_a_log_that_is_too_long_is_said() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        CODES.code(UUID(int=7), 1, PaperKind.LABEL)
    with pytest.raises(ValueError, match="does not fit"):
        CODES.code(UUID(int=7), 2**34, PaperKind.RECEIPT)


@pytest.mark.parametrize("name", RARE)
def test_a_letter_opens_and_carries_the_name_the_code_and_a_code_to_be_scanned(printery: Printery, name: str) -> None:
    case = printery.town.file(LEASE, applicant_name=name)

    letter = printery.letter(case, PaperKind.RECEIPT)
    code = printery.code(case, PaperKind.RECEIPT)

    text = printed(letter)
    assert name in text
    assert f"核验码{code}" in text
    assert f"{ADDRESS}/verify/{code}" in text
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        assert _alternative_texts(pdf) == [f"核验二维码：{ADDRESS}/verify/{code}"]


def test_a_genuine_letter_is_found_with_what_is_on_it_and_the_name_in_part(printery: Printery) -> None:
    case = printery.town.file(LEASE, applicant_name="王䶮")

    finding = printery.finding(printery.code(case, PaperKind.RECEIPT))

    assert (finding.title_zh, finding.item, finding.counts) == ("收件凭证", LEASE.name_zh, True)
    assert finding.number == printery.town.case(case).filing_number
    assert finding.parties == (("申请人", "Applicant", "王*"),)


def test_a_letter_that_was_never_printed_is_not_found(printery: Printery) -> None:
    case = printery.town.lease()
    other = printery.town.lease()
    code = printery.code(case, PaperKind.RECEIPT)
    codes = LetterCodes(printery.town.centre.key_for(KEY))
    named = codes.named(code)
    assert named is not None
    position, kind = named

    forged = [
        codes.code(case, position, PaperKind.DECISION),
        codes.code(case, position + 1, kind),
        codes.code(case, 10_000_000, kind),
        codes.code(other, position, kind),
        LetterCodes(b"f" * 32).code(case, position, kind),
        "2" * CODE_LENGTH,
        "not a code",
    ]

    assert [printery.finding(one) for one in forged] == [None] * 7
    assert printery.finding(printery.code(other, PaperKind.RECEIPT)) is not None


def test_a_letter_about_an_act_that_was_taken_back_counts_no_more(printery: Printery) -> None:
    town = printery.town
    case = town.lease()
    town.do(c.DeclineCase(reason="不在本街道", remedy="请到江岸街道办理"), case, "zhoumin")
    code = printery.code(case, PaperKind.DECLINE)
    before = printery.finding(code).counts
    town.do(c.UndoAct(wrong="case.decline", reason="看错了地址"), case, "zhoumin")

    assert before
    assert not printery.finding(code).counts
    assert printery.finding(printery.code(case, PaperKind.RECEIPT)).counts


def test_the_letter_of_an_erased_person_is_still_genuine_and_names_nobody(printery: Printery) -> None:
    town = printery.town
    case = town.lease()
    town.do(c.DeclineCase(reason="不在本街道", remedy="请到江岸街道办理"), case, "zhoumin")
    code = printery.code(case, PaperKind.DECLINE)
    town.centre.by_itself(ErasePerson(reason="consent-withdrawn", basis="个人信息保护法第四十七条"), lane=town.person)
    town.centre.vault.destroy(town.person)

    finding = printery.finding(code)

    assert (finding.is_erased, finding.parties, finding.number) == (True, (), "")
    assert finding.title_zh == "不予受理决定书"


async def test_the_check_page_shows_a_letter_in_part_and_not_a_forged_one(tmp_path: Path) -> None:
    with closing(TimelyTown(tmp_path)) as town:
        case = town.file(LEASE, applicant_name="买买提·吐尔逊")
        town.do(c.DeclineCase(reason="房屋不在本街道辖区", remedy="请到江岸街道办理"), case, "zhoumin")
        async with town.running():
            await town.until(lambda: len(town.facts(papers_stream(case), PaperRendered)) == 2)
            code = _code_of(town, case)
            genuine = await town.client().get(f"/verify/{code}")
            forged = await town.client().get(f"/verify/{code[:-1]}{'2' if code[-1] != '2' else '3'}")

    assert genuine.status_code == 200
    assert "是真的，由本中心签发" in genuine.text
    assert "不予受理决定书" in genuine.text
    assert LEASE.name_zh in genuine.text
    for private in ("买买提·吐尔逊", "不在本街道辖区", "江岸街道", "有效"):
        assert private not in genuine.text
    assert forged.status_code == 404
    assert "没有查到" in forged.text


def _code_of(town: TimelyTown, case: UUID) -> str:
    (position,) = [one.position for one in town.facts(papers_stream(case), PaperRendered) if one.kind == "decline"]
    return LetterCodes(town.centre.key_for(KEY)).code(case, position, PaperKind.DECLINE)


def _alternative_texts(pdf: pikepdf.Pdf) -> list[str]:
    return [str(one["/Alt"]) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
