"""The father files although the signal goes, the server dies or answers are lost: everything arrives, and once."""

import re

import pytest

from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.family import (
    LAST_STEP,
    PHONE,
    Camera,
    fill_in,
    find_and_begin,
    next_step,
    photograph_everything,
    sign_in,
)
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until
from tests.browser.wire import Mode

FILING_NUMBER = re.compile(r"BQS-\d{8}-\d{4}-\d")
PAGES = 8


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


@pytest.fixture
def signed_in(phone: Screen, centre: Centre) -> Screen:
    """The father's phone, signed in, with the app kept for use without a signal."""
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    phone.sees(re.compile("我的办件"))
    phone.controlled()
    return phone


def ready_to_file(screen: Screen, camera: Camera) -> None:
    """Bring the form to its last step."""
    find_and_begin(screen)
    fill_in(screen)
    photograph_everything(screen, camera)
    next_step(screen)
    screen.sees(LAST_STEP)


def arrived_once(screen: Screen, ledger: Ledger) -> None:
    """The receipt is on the screen, and the log holds one case and each photograph once."""
    screen.sees(FILING_NUMBER, within=40)
    ledger.waits_for("case.received")
    screen.sees("收齐了", within=40)
    ledger.photographs_arrived_once()
    assert {tag: n for tag, n in ledger.counts().items() if tag in ("case.filed", "case.received", "file.stored")} == {
        "case.filed": 1,
        "case.received": 1,
        "file.stored": PAGES,
    }


def test_filed_without_a_signal_and_the_browser_closed_it_arrives_once_when_the_signal_is_back(
    signed_in: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    find_and_begin(signed_in)
    fill_in(signed_in, until="租赁方式等几项")
    with centre.wire.down():
        fill_in(signed_in)
        photograph_everything(signed_in, photograph)
        next_step(signed_in)
        signed_in.press("交上去")
        signed_in.sees("存在本机")
        signed_in.picture("filed-without-signal", whole=True)
        signed_in.reopen("/cases")
        signed_in.sees("房屋租赁登记备案")
        assert ledger.counts()["case.filed"] == 0

    signed_in.press("房屋租赁登记备案")

    arrived_once(signed_in, ledger)
    signed_in.picture("receipt", whole=True)


def test_the_signal_lost_in_the_middle_of_a_photograph_costs_nothing(
    signed_in: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    ready_to_file(signed_in, photograph)

    centre.wire.refuse_after(700_000)
    signed_in.press("交上去")
    ledger.waits_for("case.filed")
    wait_until(lambda: centre.wire.mode is Mode.REFUSE, "the upload never reached the point where the signal goes")
    assert ledger.counts()["case.received"] == 0
    centre.wire.set(Mode.PASS)

    arrived_once(signed_in, ledger)


def test_an_answer_lost_on_the_way_leads_to_no_second_case(
    signed_in: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    ready_to_file(signed_in, photograph)

    with centre.wire.down(Mode.CUT):
        signed_in.press("交上去")
        ledger.waits_for("case.filed")

    arrived_once(signed_in, ledger)


def test_the_server_killed_while_photographs_arrive_loses_nothing(
    signed_in: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    ready_to_file(signed_in, photograph)

    signed_in.press("交上去")
    ledger.waits_for("file.stored")
    centre.kill()
    centre.start()
    ledger.waits_for("file.stored", 3)
    centre.kill()
    centre.start()

    arrived_once(signed_in, ledger)


def test_filled_in_before_signing_in_without_a_signal_nothing_typed_is_lost(
    phone: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    find_and_begin(phone)
    phone.controlled()
    with centre.wire.down(Mode.HANG):
        fill_in(phone)
        photograph_everything(phone, photograph)
        phone.reopen("/cases")
        phone.sees("房屋租赁登记备案")
        phone.press(re.compile("接着填"))
        next_step(phone)
        phone.picture("draft-without-signal", whole=True)

    phone.press("交上去")
    sign_in(phone, centre.code_for)

    arrived_once(phone, ledger)
    assert PHONE not in (centre.data / "doorstep.log").read_text()
