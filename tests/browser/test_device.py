"""What a device does where the network is against it: in a real Chromium, against the real service."""

import re

from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.family import LAST_STEP, Camera, fill_in, find_and_begin, next_step, photograph_everything, sign_in
from tests.browser.ledger import Ledger
from tests.browser.wire import Mode

FILING_NUMBER = re.compile(r"BQS-\d{8}-\d{4}-\d")


def test_where_websockets_are_broken_a_case_is_filed_and_its_course_comes_all_the_same(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    centre.wire.set(Mode.NO_SOCKETS)
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    find_and_begin(phone)
    fill_in(phone)
    photograph_everything(phone, photograph)
    next_step(phone)
    phone.sees(LAST_STEP)

    phone.press("交上去")

    phone.sees(FILING_NUMBER, within=60)
    ledger.waits_for("case.received", within=60)
    phone.sees("收齐了", within=60)
    ledger.photographs_arrived_once()
    assert ledger.counts()["case.filed"] == 1
