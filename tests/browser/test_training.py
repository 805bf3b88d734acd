"""Examinations and certificates on screens: nothing is lost to a bad line, and a closed gate says how it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from domain.calendar.limits import local_day
from domain.centre.centre import staff_stream
from domain.training.certificates import RecordCertificate
from domain.training.content import Question
from store.centre import Centre as Log
from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger
from tests.browser.wire import Mode

LETTERS = "ABCDEF"


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


def right_places(centre: Centre, begun: dict[str, Any]) -> Iterator[tuple[int, ...]]:
    """The places of the right options of every question, in the order of the paper."""
    with closing(Log.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)) as log:
        for drawn in begun["questions"]:
            question = log.edition("question", drawn["question"]).versions[drawn["version"]]
            assert isinstance(question, Question)
            yield tuple(sorted(drawn["order"].index(letter) for letter in question.answer))


def begin(screen: Screen, certificate: str) -> None:
    """Begin the examination for a certificate."""
    screen.sees(certificate)
    card = screen.page.locator(".exam-card", has_text=certificate)
    card.get_by_role("button", name="开始考试").click()
    screen.page.get_by_role("dialog").get_by_role("button", name="开始考试").click()
    screen.page.wait_for_url(re.compile("/learn/exam/"))
    screen.sees("第 1 题")


def choose(screen: Screen, places: tuple[int, ...]) -> None:
    """Choose options of the question on the screen, and go on."""
    for place in places:
        screen.page.locator(".exam-opt").nth(place).click()
    for place in places:
        expect(screen.page.locator(".exam-opt input").nth(place)).to_be_checked()


def go_on(screen: Screen, number: int) -> None:
    """To the next question."""
    screen.press("下一题")
    screen.sees(f"第 {number} 题")


def test_an_examination_cut_off_reloaded_and_killed_ends_with_the_right_answers_and_the_right_time(
    tablet: Screen, centre: Centre, ledger: Ledger
) -> None:
    office.sign_in(tablet, "唐莉", after="/learn/exams")
    tablet.controlled()
    begin(tablet, "社会救助与为老助残专岗证")
    address = tablet.page.url
    ledger.waits_for("exam.started")
    (begun,) = ledger.facts("exam.started")
    centre.stop()
    right = list(right_places(centre, begun))
    centre.start()

    choose(tablet, right[0])
    ledger.waits_for("exam.answered", len(right[0]), within=40)
    centre.wire.set(Mode.REFUSE)
    go_on(tablet, 2)
    choose(tablet, right[1])
    tablet.sees("存在本机")
    tablet.picture("exam-offline")
    tablet.reopen(address[address.index("/learn") :])
    tablet.sees("第 3 题", within=40)
    tablet.page.get_by_role("button", name="第 2 题，已答").click()
    for place in right[1]:
        expect(tablet.page.locator(".exam-opt input").nth(place)).to_be_checked()
    centre.kill()
    centre.start()
    centre.wire.set(Mode.PASS)
    tablet.sees("都存到中心了", within=60)

    for number, places in enumerate(right[2:], start=3):
        go_on(tablet, number)
        choose(tablet, places if number < len(right) else places[:0] or (_wrong(places),))
    tablet.press("交卷")
    tablet.sees("题都答了")
    tablet.page.get_by_role("dialog").get_by_role("button", name="交卷").click()
    tablet.sees("合格：94 分", within=60)
    tablet.picture("exam-passed", whole=True)

    (ended,) = ledger.facts("exam.ended")
    assert ended["wrong"] == [begun["questions"][-1]["question"]]
    assert ended["why"] == "handed-in"
    assert ended["at"] < begun["ends_at"]
    assert ledger.facts("exam.answer_late") == []
    assert ledger.counts()["exam.started"] == 1


def _wrong(places: tuple[int, ...]) -> int:
    return next(place for place in range(4) if place not in places)


def test_expert_12_without_a_valid_certificate_nothing_is_offered_and_the_gate_says_the_way(
    screens: NewScreen, centre: Centre
) -> None:
    clerk, lead = screens("tablet"), screens("desktop")
    office.sign_in(clerk, "唐莉")
    clerk.sees("等您领的")
    lines = clerk.page.locator("a.q-row", has_text=re.compile("买.*房屋租赁登记备案"))  # filed, and nobody has it
    expect(lines).to_have_count(0)
    clerk.page.get_by_role("tab", name=re.compile("全组|办理中|全部")).first.click()
    lines.first.wait_for()
    lines.first.click()
    clerk.sees("办“房屋租赁登记备案”要有有效证书")
    clerk.sees(re.compile("您的证书.*到期了"))
    clerk.sees("学完《时限计算、个人信息保护与好差评》")
    clerk.picture("expert-12-gate")

    office.sign_in(lead, "孙浩", after="/learn/analytics")
    lead.sees("谁能办什么")
    if lead.page.get_by_role("button", name="看全部事项").count():
        lead.press("看全部事项")
    header = lead.page.get_by_role("rowheader", name="房屋租赁登记备案", exact=True)
    row = lead.page.locator(".heat-table tr").filter(has=header)
    expect(row.get_by_text(re.compile("唐莉已过期"))).to_have_count(1)
    lead.picture("expert-12-map")


def test_expert_12_a_certificate_that_ended_while_the_tablet_was_offline_refuses_and_explains(
    screens: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    centre.stop()
    with closing(Log.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)) as log:
        today = local_day(datetime.now(UTC))
        said = RecordCertificate(
            person=staff_stream("tangli"), certificate="cert-all-subject", valid_until=today, reason="试用一天"
        )
        assert log.by_itself(said, lane=uuid4()).verdict == "applied"
    centre.start()
    clerk = screens("tablet")
    office.sign_in(clerk, "唐莉")
    clerk.controlled()
    line = clerk.page.locator("a.q-row", has_text="房屋租赁登记备案").first
    line.click()
    clerk.button("领取，我来办").wait_for()

    centre.wire.set(Mode.REFUSE)
    clerk.press("领取，我来办")
    clerk.sees("存在本机")
    centre.stop()
    centre.start(days_later=1)
    centre.wire.set(Mode.PASS)
    clerk.reopen("/desk")
    clerk.press(re.compile("^唐莉 "))
    ledger.waits_for("command.refused", within=60)

    clerk.reopen("/desk/outbox")
    clerk.page.get_by_role("link", name=re.compile("领取|没有办成|看")).first.click()
    clerk.sees("要有有效证书")
    clerk.sees(re.compile("您的证书.*到期了"))
    clerk.sees("平板不知道证书已经到期")
    clerk.picture("expert-12-conflict", whole=True)
    assert ledger.counts()["case.claimed"] == 0
