"""The hall: a number is taken on the telephone, called at a counter and on the wall, missed, taken up again, served."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from uuid import uuid4

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.decisions import Call
from domain.visits.commands import ChangeOfficeDay
from domain.visits.reception import RECEPTION_STREAM, Opening
from store.centre import Centre as Store
from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger

LINE = "家庭与救助"
NUMBER = re.compile(r"^[A-Z]\d{3}$")
PANEL_ASKS_WITHIN = 30


def keep_the_doors_open(centre: Centre) -> None:
    """Have people received the whole of this day, at whatever hour the test runs."""
    with store_of(centre) as store:
        lead = next(staff for staff in store.everyone() if Role.LEAD in staff.roles)
        assert lead.id is not None
        on = datetime.now(SHANGHAI).date()
        command = ChangeOfficeDay(on=on, openings=(Opening(time(0), time(23, 59)),), reason="今天整天都有人。")
        call = Call(
            id=uuid4(),
            lane=RECEPTION_STREAM,
            command=command,
            by=Actor(id=lead.id, roles=frozenset({Role.LEAD}), office=lead.office),
        )
        assert store.submit(call).result().verdict == "applied"


@contextmanager
def store_of(centre: Centre) -> Generator[Store]:
    store = Store.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)
    try:
        yield store
    finally:
        store.close()


def call_until(counter: Screen, number: str) -> None:
    """Call the next until it is that number; whoever was in line before is served first."""
    while True:
        counter.press("叫下一个")
        shown = counter.page.get_by_role("region", name="窗口前的号").get_by_text(NUMBER)
        if shown.inner_text() == number:
            return
        counter.press("到了，开始办")
        counter.press("办完了")
        counter.sees("叫下一个")


def test_a_number_is_called_on_the_wall_missed_taken_up_again_and_served(
    phone: Screen, screens: NewScreen, centre: Centre
) -> None:
    keep_the_doors_open(centre)
    ledger = Ledger(centre.data)
    phone.open("/sign-in?after=/visits")
    family.sign_in(phone, centre.code_for)
    phone.page.get_by_role("radio", name=re.compile(f"^{LINE}")).last.check()
    phone.press("取号")
    ledger.waits_for("ticket.taken")
    phone.sees("您的号")
    phone.picture("hall-waiting", whole=True)
    number = phone.page.get_by_role("region", name=re.compile("前面|下一个")).get_by_text(NUMBER).inner_text()

    counter, wall = screens("desktop"), screens("desktop")
    office.sign_in(counter, "江雪", after="/desk/counter")
    counter.press(re.compile("^坐到.*号"))
    call_until(counter, number)
    phone.sees(re.compile("^请到 "))
    wall.open("/panel")
    wall.sees(number, within=PANEL_ASKS_WITHIN)
    wall.picture("hall-wall")

    counter.press("再叫一遍")
    ledger.waits_for("ticket.called")
    phone.sees(re.compile("^第 2 次叫您了"))
    counter.press("没来，过号")
    ledger.waits_for("ticket.missed")
    phone.sees("叫到您的时候您不在")
    phone.picture("hall-missed", whole=True)

    phone.press("接着排")
    ledger.waits_for("ticket.rejoined")
    phone.sees(re.compile("^(前面还有|下一个就是您)"))
    call_until(counter, number)
    counter.press("到了，开始办")
    phone.sees(re.compile("给您办$"))
    counter.picture("hall-counter", whole=True)
    counter.press("办完了")
    ledger.waits_for("ticket.finished")
    phone.sees("办完了")
