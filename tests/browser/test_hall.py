"""The hall: a number is taken on the telephone, called at a counter and on the wall, missed, taken up again, served."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.case.commands import Command
from domain.decisions import Call
from domain.effects.notices import ClaimNotice, ReportNotice
from domain.visits.commands import BookAppointment, ChangeOfficeDay
from domain.visits.line import Line, caller_of
from domain.visits.reached import beside
from domain.visits.reception import RECEPTION_STREAM, Opening, Reception, line_stream
from store.centre import Centre as Store
from store.states import LINE as LINE_OF_A_DAY
from store.states import RECEPTION
from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger

LINE = "家庭与救助"
NUMBER = re.compile(r"^[A-Z]\d{3}$")


def keep_the_doors_open(centre: Centre, on: date | None = None) -> None:
    """Have people received the whole of a day, this one as a rule, at whatever hour the test runs."""
    on = on or datetime.now(SHANGHAI).date()
    command = ChangeOfficeDay(on=on, openings=(Opening(time(0), time(23, 59)),), reason="整天都有人。")
    with store_of(centre) as store:
        as_lead(store, command, RECEPTION_STREAM)


def as_lead(store: Store, command: Command, lane: UUID) -> None:
    """Let a lead do something past the service."""
    lead = next(staff for staff in store.everyone() if Role.LEAD in staff.roles)
    assert lead.id is not None
    by = Actor(id=lead.id, roles=frozenset({Role.LEAD}), office=lead.office)
    call = Call(id=uuid4(), lane=lane, command=command, by=by)
    assert store.submit(call).result().verdict == "applied"


def remind_in_vain(centre: Centre) -> str:
    """Somebody books for tomorrow by telephone, and the reminder does not arrive; returns the number to come with."""
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    keep_the_doors_open(centre, tomorrow)
    with store_of(centre) as store:
        reception: Reception = store.state(RECEPTION_STREAM, RECEPTION)
        plan = reception.plan(tomorrow)
        assert plan is not None
        group = plan.groups[0]
        booking = BookAppointment(
            appointment=(appointment := uuid4()),
            on=tomorrow,
            group=group.id,
            starts=reception.slots(group, tomorrow, store.calendar())[-1].starts,
            channel="phone",
            name="黄桂英",
            phone="13800000002",
        )
        as_lead(store, booking, line := line_stream(tomorrow, group.id))
        at, person = max(store.positions(line).values()), caller_of(appointment)
        reminder = beside(appointment, "reminder")
        store.by_itself(ClaimNotice(position=at, person=person, channel="sms"), lane=reminder)
        failed = ReportNotice(position=at, person=person, channel="sms", outcome="failed", why="unreachable")
        store.by_itself(failed, lane=reminder)
        booked: Line = store.state(line, LINE_OF_A_DAY)
        return booked.appointments[appointment].number


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
    counter.press(re.compile("^坐到6号"))
    call_until(counter, number)
    phone.sees(re.compile("^请到 "))
    wall.open("/panel")
    wall.sees(number)
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


def test_whom_a_reminder_did_not_reach_is_ticked_off_once_somebody_has_called(
    screens: NewScreen, centre: Centre
) -> None:
    number = remind_in_vain(centre)
    ledger = Ledger(centre.data)
    counter = screens("desktop")
    office.sign_in(counter, "江雪", after="/desk/counter")
    waits = counter.page.get_by_role("region", name=re.compile("^以后几天没通知到的预约"))
    one = waits.locator("div.stack").filter(has_text=number)
    one.get_by_text("短信没有送到，请打电话").wait_for()
    one.get_by_role("button", name="看电话").click()
    one.get_by_text("黄桂英").wait_for()
    assert one.get_by_role("link", name="13800000002").get_attribute("href") == "tel:13800000002"
    assert [fact["what"] for fact in ledger.facts("record.unmasked")] == ["contact"]
    counter.picture("hall-unreached", whole=True)

    counter.page.context.set_offline(True)
    one.get_by_role("button", name="已经联系上").click()
    counter.press("记下来")
    one.get_by_text("存在本机，等着发").wait_for()
    assert not one.get_by_role("button", name="已经联系上").is_visible()
    counter.page.context.set_offline(False)

    ledger.waits_for("notice.handled")
    one.wait_for(state="detached")
