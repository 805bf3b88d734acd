"""Shared registers are asked for what applicants need not bring; without an answer the paper can be photographed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.case import commands as c
from domain.case.facts import RegisterLookedUp
from domain.case.state import Case
from domain.catalogue.records import Holder, holder_of
from tests.app.timely import TimelyTown
from tests.cast import CATALOGUE, HARDSHIP
from web.registers import DemoRegister, Extract, LookUps


class Exchange:
    """A register that a test tells what to answer, by kind of paper."""

    name = "共享平台（测试）"

    def __init__(self) -> None:
        self.asked: list[tuple[str, Holder]] = []
        self.known: dict[str, Extract] = {}
        self.is_down = False
        self.hangs: threading.Event | None = None

    def look_up(self, material_type: str, holder: Holder) -> Extract | None:
        self.asked.append((material_type, holder))
        if self.hangs is not None:
            self.hangs.wait(20)
        if self.is_down:
            raise ConnectionError("no line to the exchange")
        return self.known.get(material_type, Extract(found=False))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TimelyTown]:
    with closing(TimelyTown(tmp_path)) as town:
        yield town


def outcomes(town: TimelyTown, case: UUID) -> dict[str, str]:
    return {one.material: one.outcome for one in town.facts(case, RegisterLookedUp)}


def test_every_shared_paper_that_the_answers_call_for_is_asked_for_once(town: TimelyTown) -> None:
    exchange = Exchange()
    exchange.known["unemployment-record"] = Extract(found=True, result={"状态": "登记失业"})
    case = town.file(HARDSHIP)

    LookUps(town.centre, exchange).catch_up()
    LookUps(town.centre, exchange).catch_up()

    found = outcomes(town, case)
    assert found["unemployment-record"] == "found"
    assert set(found.values()) <= {"found", "not-found"}
    assert len(exchange.asked) == len(found) == len(town.facts(case, RegisterLookedUp))
    (looked_up,) = [one for one in town.centre.read(case) if getattr(one.fact, "outcome", "") == "found"]
    assert town.centre.unseal(looked_up, "result") == {"状态": "登记失业"}


def test_only_name_and_number_of_the_person_reach_the_register(town: TimelyTown) -> None:
    exchange = Exchange()
    town.file(HARDSHIP, applicant_name="买买提·吐尔逊")

    LookUps(town.centre, exchange).catch_up()

    assert {holder.name for _, holder in exchange.asked} == {"买买提·吐尔逊"}
    assert Holder.__struct_fields__ == ("name", "number")


def test_a_register_out_of_reach_leaves_the_form_and_is_asked_once_more_when_the_case_moves_on(
    town: TimelyTown,
) -> None:
    exchange = Exchange()
    exchange.is_down = True
    case = town.file(HARDSHIP, arrived=False)
    look_ups = LookUps(town.centre, exchange)
    look_ups.catch_up()
    first = outcomes(town, case)

    exchange.is_down = False
    town.arrive(case)
    look_ups.catch_up()

    assert set(first.values()) == {"unavailable"}
    assert set(outcomes(town, case).values()) == {"not-found"}


def test_a_register_is_asked_about_the_person_whose_record_it_is(tmp_path: Path) -> None:
    exchange = Exchange()
    material = replace(HARDSHIP.materials[0], id="lessor-record", source="shared", record_of="lessor")
    item = replace(HARDSHIP, materials=(*HARDSHIP.materials, material))

    assert holder_of(material, {"applicant_name": "陈志远", "applicant_id_no": "1"}) is None
    with closing(TimelyTown(tmp_path, items=(item,))) as town:
        case = town.file(item)
        LookUps(town.centre, exchange).catch_up()
        assert material.id not in outcomes(town, case), "the form does not name a lessor: nobody is asked about another"
    assert {holder.name for _, holder in exchange.asked} == {"陈志远"}


@pytest.mark.parametrize("first", [Extract(found=False), Extract(found=True, result={"状态": "旧"})])
def test_a_register_that_is_to_be_asked_again_is_asked_whatever_it_said_before(
    town: TimelyTown, first: Extract
) -> None:
    exchange = Exchange()
    exchange.known["unemployment-record"] = first
    case = town.file(HARDSHIP)
    look_ups = LookUps(town.centre, exchange)
    look_ups.catch_up()
    exchange.known["unemployment-record"] = Extract(found=True, result={"状态": "登记失业"})
    town.do(c.AskRegister(material="unemployment-record"), case, "zhoumin")

    look_ups.catch_up()
    look_ups.catch_up()

    said = [one for one in town.facts(case, RegisterLookedUp) if one.material == "unemployment-record"]
    assert [one.outcome for one in said] == ["found" if first.found else "not-found", "found"]
    assert town.case(case).asked == frozenset()


def test_whoever_asks_again_gets_an_answer_although_the_register_keeps_no_such_paper(town: TimelyTown) -> None:
    class Elsewhere(Exchange):
        def look_up(self, material_type: str, holder: Holder) -> Extract | None:
            return None

    case = town.file(HARDSHIP)
    town.do(c.AskRegister(material="unemployment-record"), case, "zhoumin")

    LookUps(town.centre, Elsewhere()).catch_up()

    assert outcomes(town, case) == {"unemployment-record": "unavailable"}


def test_a_register_that_hangs_holds_nothing_up(town: TimelyTown) -> None:
    exchange = Exchange()
    exchange.hangs = threading.Event()
    case = town.file(HARDSHIP, arrived=False)
    look_ups = LookUps(town.centre, exchange, patience=0.01)

    look_ups.catch_up()
    exchange.hangs.set()
    look_ups.close()

    assert set(outcomes(town, case).values()) == {"unavailable"}


def test_the_stand_in_answers_the_same_question_alike_and_not_always_the_same() -> None:
    def asked(serial: int) -> str:
        try:
            extract = DemoRegister().look_up(
                "household-register", Holder(name="陈志远", number=f"4201051988{serial:08d}")
            )
        except TimeoutError:
            return "unavailable"
        assert extract is not None
        return "found" if extract.found else "not-found"

    said = [asked(serial) for serial in range(200)]

    assert said == [asked(serial) for serial in range(200)]
    assert set(said) == {"found", "not-found", "unavailable"}
    assert said.count("found") > 150
    assert DemoRegister().look_up("no such paper", Holder(name="", number="1")) is None


def test_the_stand_in_keeps_every_kind_of_paper_that_the_catalogue_has_shared() -> None:
    shared = {m.type for item in CATALOGUE.items for m in item.materials if m.source == "shared"}

    nothing = Holder(name="", number="")
    assert [one for one in sorted(shared) if DemoRegister().look_up(one, nothing) is None] == []


def test_a_case_that_cannot_be_looked_at_holds_the_others_up_for_a_while_only(
    town: TimelyTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = town.file(HARDSHIP), town.file(HARDSHIP)
    look_ups, case_of = LookUps(town.centre, Exchange()), town.centre.case

    def case(id: UUID) -> Case:
        if id == broken:
            raise LookupError("no such item")
        return case_of(id)

    monkeypatch.setattr(town.centre, "case", case)
    for _ in range(8):
        with contextlib.suppress(LookupError):
            look_ups.catch_up()

    assert outcomes(town, broken) == {}
    assert outcomes(town, sound) != {}
