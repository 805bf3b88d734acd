"""What time alone leads to, through the running service with a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.calendar.calendar import SHANGHAI
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.centre.centre import CALENDAR_STREAM
from domain.centre.clock import CLOCK_STREAM, ConfirmClock
from domain.centre.commands import PublishCalendar
from domain.decisions import Call
from domain.ratings.facts import RectificationOverdue
from domain.visits.facts import AppointmentMissed, LineClosed
from store.log import LogUnavailable
from tests.app.timely import TimelyTown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TimelyTown]:
    with closing(TimelyTown(tmp_path)) as town:
        yield town


async def test_without_an_answer_in_time_a_case_counts_as_accepted_from_the_day_of_receipt(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None

        town.hours.move_to(notice.at)
        await town.nothing_happens(case)
        town.hours.move_to(notice.at + timedelta(seconds=1))
        accepted = await town.fact(case, f.CaseAccepted)

    assert accepted.deemed
    assert town.case(case).status is CaseStatus.ACCEPTED


async def test_a_correction_that_is_never_answered_is_returned(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease()
        town.request_correction(case)
        respond_by = town.case(case).respond_by
        assert respond_by is not None

        town.hours.move_to(respond_by.at + timedelta(seconds=1))
        returned = await town.fact(case, f.CaseReturned)

    assert returned.due == respond_by


async def test_a_filing_whose_photographs_never_come_lapses(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease(arrived=False)
        lapses = town.case(case).lapses
        assert lapses is not None

        town.hours.move_to(lapses.at + timedelta(seconds=1))
        lapsed = await town.fact(case, f.CaseLapsed)

    assert lapsed.due == lapses


async def test_a_claim_ends_by_itself(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease()
        town.do(c.ClaimCase(), case, "zhoumin")
        until = town.case(case).claim_until
        assert until is not None

        town.hours.move_to(until)
        expired = await town.fact(case, f.ClaimExpired)

    assert expired.staff == town.staff["zhoumin"].id
    assert town.case(case).claimed_by is None


async def test_a_case_is_alarmed_about_and_then_flagged_when_its_limits_pass(town: TimelyTown) -> None:
    async with town.running():
        case = town.accepted()
        promised = town.case(case).promised
        assert promised is not None

        town.hours.move_to(promised.at)
        await town.fact(case, f.DeadlineNeared)
        town.hours.move_to(promised.at + timedelta(seconds=1))
        overdue = await town.fact(case, f.CaseOverdue)

    assert (overdue.clock, overdue.due) == ("promised", promised)
    assert {(one.clock, one.share) for one in town.facts(case, f.DeadlineNeared)} >= {
        ("promised", 50),
        ("promised", 80),
    }
    assert len(town.facts(case, f.StepOverdue)) == 1


async def test_a_special_procedure_that_goes_on_too_long_stops_no_clock_any_more(town: TimelyTown) -> None:
    async with town.running():
        case = town.accepted()
        last = date(2026, 11, 27)
        begin = c.BeginProcedure(
            kind="appraisal", basis="行政许可法第四十五条", ends_on=last, notice="需要鉴定，共五日。"
        )
        town.do(begin, case, town.reviewer(case))

        town.hours.move_to(datetime.combine(last, time(23, 59, 59), tzinfo=SHANGHAI) + timedelta(seconds=1))
        overran = await town.fact(case, f.ProcedureOverran)

    assert overran.ends_on == last
    assert town.case(case).status is CaseStatus.ACCEPTED


async def test_who_does_not_come_to_an_appointment_has_missed_it_and_the_line_closes_at_night(town: TimelyTown) -> None:
    async with town.running():
        line, appointment, starts = town.booked()

        town.hours.move_to(starts + timedelta(hours=3))
        missed = await town.fact(line, AppointmentMissed)
        town.hours.move_to(datetime.combine(starts.astimezone(SHANGHAI), time(23, 59, 59), tzinfo=SHANGHAI))
        await town.fact(line, LineClosed)

    assert missed.appointment == appointment


async def test_a_bad_rating_that_is_not_put_right_in_time_is_flagged(town: TimelyTown) -> None:
    async with town.running():
        rating, due = town.badly_rated()

        town.hours.move_to(due.at + timedelta(seconds=1))
        overdue = await town.fact(rating, RectificationOverdue)

    assert overdue.due == due


async def test_what_became_due_while_the_node_was_down_is_done_when_it_comes_back(town: TimelyTown) -> None:
    async with town.running():
        case, other = town.lease(), town.lease()
        town.request_correction(other)
        await town.caught_up()
    respond_by = town.case(other).respond_by
    assert respond_by is not None

    town.hours.move_to(respond_by.at + timedelta(seconds=1))
    async with town.running():
        await town.fact(case, f.CaseAccepted)
        await town.fact(other, f.CaseReturned)


async def test_a_node_that_lost_its_notes_does_nothing_twice(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None
        town.hours.move_to(notice.at + timedelta(seconds=1))
        await town.fact(case, f.CaseAccepted)
    (town.folder / "followers" / "timers").unlink()

    async with town.running():
        await town.caught_up()

    assert len(town.facts(case, f.CaseAccepted)) == 1


async def test_two_nodes_do_what_is_due_once(town: TimelyTown) -> None:
    async with town.running(), town.running(beside="second"):
        cases = [town.lease() for _ in range(5)]
        notice = town.case(cases[-1]).notice
        assert notice is not None
        await town.caught_up()

        town.hours.move_to(notice.at + timedelta(seconds=1))
        for case in cases:
            await town.fact(case, f.CaseAccepted)
        await town.caught_up()

    assert [len(town.facts(case, f.CaseAccepted)) for case in cases] == [1] * 5


async def test_a_jump_of_the_clock_stops_everything_until_an_operator_confirms(town: TimelyTown) -> None:
    async with town.running() as edge:
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None
        await town.caught_up()

        town.hours.jump_to(notice.at + timedelta(seconds=1))
        await town.until(lambda: edge.timers.standing().state == "stopped")
        await town.nothing_happens(case)
        ready = (await town.client().get("/readyz")).json()
        town.centre.by_itself(ConfirmClock(), lane=CLOCK_STREAM)
        await town.fact(case, f.CaseAccepted)

    assert (ready["ok"], ready["timers"]["state"]) == (True, "stopped")
    assert ready["timers"]["jumped"] == town.said_jump()


async def test_a_stop_survives_a_restart_and_holds_for_every_node(town: TimelyTown) -> None:
    async with town.running() as edge:
        await town.caught_up()
        town.hours.jump_to(town.hours.now - timedelta(hours=1))
        await town.until(lambda: edge.timers.standing().state == "stopped")

    async with town.running(beside="second") as edge:
        assert edge.timers.standing().state == "stopped"
        town.centre.by_itself(ConfirmClock(), lane=CLOCK_STREAM)
        await town.until(lambda: edge.timers.standing().state == "running")


async def test_a_small_step_of_the_clock_stops_nothing_and_time_never_runs_back(town: TimelyTown) -> None:
    async with town.running() as edge:
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None
        town.hours.move_to(notice.at - timedelta(seconds=30))
        await town.caught_up()

        town.hours.jump_to(notice.at + timedelta(seconds=1))
        await town.fact(case, f.CaseAccepted)
        town.hours.jump_to(notice.at - timedelta(seconds=60))
        await town.caught_up()

        assert edge.timers.standing().state == "running"


async def test_a_clock_behind_the_last_fact_stops_a_node_that_starts(town: TimelyTown) -> None:
    async with town.running():
        town.lease()
        await town.caught_up()
    town.hours.jump_to(town.hours.now - timedelta(hours=2))

    async with town.running() as edge:
        await town.until(lambda: edge.timers.standing().state == "stopped")


async def test_a_new_calendar_has_the_open_dates_counted_anew(town: TimelyTown) -> None:
    async with town.running():
        case, ended = town.accepted(), town.accepted()
        town.withdraw(ended)
        before = town.case(case).statutory
        assert before is not None
        await town.caught_up()

        calendar = town.centre.calendar()
        day_off = before.on
        changed = town.with_day_off(calendar, day_off)
        town.centre.by_itself(PublishCalendar(calendar=changed), lane=CALENDAR_STREAM)
        recomputed = await town.fact(case, f.DeadlineRecomputed)
        await town.caught_up()

    assert recomputed.calendar_version == calendar.version + 1
    assert town.case(case).statutory != before
    assert town.facts(ended, f.DeadlineRecomputed) == []


async def test_a_timer_that_fired_too_early_for_the_writers_clock_fires_again(town: TimelyTown) -> None:
    async with town.running():
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None
        timer = town.timer(case)
        early = Call(id=timer.id, lane=case, command=c.FireTimer(kind=timer.kind, at=timer.at), by=town.itself)
        assert town.centre.submit(early).result().verdict == "applied"
        assert town.facts(case, f.CaseAccepted) == []

        town.hours.move_to(notice.at + timedelta(seconds=1))
        await town.caught_up()
        town.hours.move_to(notice.at + timedelta(seconds=10))
        await town.fact(case, f.CaseAccepted)


async def test_a_fault_while_firing_loses_no_timer(town: TimelyTown, monkeypatch: pytest.MonkeyPatch) -> None:
    async with town.running() as edge:
        case = town.lease()
        notice = town.case(case).notice
        assert notice is not None
        await town.caught_up()

        def unavailable(_: list[Call]) -> None:
            raise LogUnavailable("busy", "the log is busy")

        with monkeypatch.context() as patched:
            patched.setattr(edge.centre, "submit_all", unavailable)
            town.hours.move_to(notice.at + timedelta(seconds=1))
            with pytest.raises(LogUnavailable):
                await asyncio.to_thread(edge.timers.turn)
        await town.fact(case, f.CaseAccepted)


async def test_what_a_node_had_not_settled_when_it_stopped_is_settled_by_the_next(town: TimelyTown) -> None:
    async with town.running() as edge:
        await town.caught_up()
        edge.timers.stop()
        case = town.lease()
    notice = town.case(case).notice
    assert notice is not None

    town.hours.move_to(notice.at + timedelta(seconds=1))
    async with town.running():
        await town.fact(case, f.CaseAccepted)
