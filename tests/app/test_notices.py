"""People are told each step once, by the channels they chose; whom nothing reaches becomes work for staff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.case import facts as f
from domain.effects.contact import PushEnded, contact_stream
from domain.effects.notices import (
    SMS,
    ClaimNotice,
    HandleNotice,
    NoticeDelivered,
    NoticeFailed,
    NoticeGiven,
    NoticeHandled,
    NoticeSent,
    NoticeUncertain,
    notices_stream,
)
from tests.app.standing import PHONE
from tests.app.telling import Told
from web.carrier import SmsRefused
from web.notices.notifier import notice_id
from web.notices.quiet import quiet_hours
from web.notices.texts import message, texts

EVENING = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
"""22:30 in Shanghai."""


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with closing(Told(tmp_path)) as told:
        yield told


def test_each_step_is_told_in_the_app_and_by_text_message_once(told: Told) -> None:
    case = told.town.lease()

    told.notifier.catch_up()
    told.notifier.catch_up()
    told.another().catch_up()

    assert told.kinds(case) == ["received"]
    (sent,) = told.sms.sent
    assert sent.phone == PHONE
    assert told.town.case(case).filing_number in sent.text
    assert sent.text.startswith("【家门口】已收到您的申请")
    assert len(told.town.facts(notices_stream(case), NoticeDelivered)) == 1
    assert told.state(case).unreached == ()


def test_a_text_names_neither_the_person_nor_the_matter(told: Told) -> None:
    case = told.town.lease()
    told.town.request_correction(case)

    told.notifier.catch_up()

    item = told.town.centre.item_of(told.town.case(case))
    assert len(told.sms.sent) == 2
    for one in told.sms.sent:
        for private in ("示例内容", item.name_zh, item.name_en, PHONE, "北桥路18号3栋"):
            assert private not in one.text


def test_the_language_and_the_channels_are_the_persons_choice(told: Told) -> None:
    told.choose(sms=False, push=True, language="en")
    told.subscribe("https://push.example/1")
    case = told.town.lease()

    told.notifier.catch_up()

    assert told.sms.sent == []
    ((endpoint, content),) = told.push.sent
    assert endpoint == "https://push.example/1"
    assert content["title"] == "Doorstep"
    assert content["body"].startswith("We have your application")
    assert content["url"] == f"/case/{case}"


def test_a_device_that_is_gone_is_let_go_and_another_one_suffices(told: Told) -> None:
    told.choose(sms=False, push=True)
    gone, _ = told.subscribe("https://push.example/gone"), told.subscribe("https://push.example/here")
    told.push.answers["https://push.example/gone"] = 410
    case = told.town.lease()

    told.notifier.catch_up()

    ended = told.town.facts(contact_stream(told.town.person), PushEnded)
    assert ended == [PushEnded(subscription=gone, why="gone")]
    assert told.state(case).unreached == ()


def test_a_message_that_does_not_arrive_becomes_work_until_staff_have_called(told: Told) -> None:
    told.sms.lost.add(PHONE)
    case = told.town.lease()
    told.notifier.catch_up()

    failed = told.town.facts(notices_stream(case), NoticeFailed)
    ((position, person),) = told.state(case).unreached
    told.town.do(HandleNotice(position=position, person=person, how="by-phone", words="已电话告知"), case, "zhoumin")

    assert [(one.channel, one.why) for one in failed] == [("sms", "unreachable")]
    assert told.state(case).unreached == ()
    assert len(told.town.facts(notices_stream(case), NoticeHandled)) == 1


def test_a_resident_cannot_say_that_staff_have_called(told: Told) -> None:
    told.sms.lost.add(PHONE)
    case = told.town.lease()
    told.notifier.catch_up()
    ((position, person),) = told.state(case).unreached

    with pytest.raises(AssertionError, match="forbidden"):
        told.town.do(HandleNotice(position=position, person=person, how="by-phone"), case, told.town.resident)


@pytest.mark.parametrize(
    ("fault", "why"), [(SmsRefused("refused"), "refused"), (TimeoutError("the line went dead"), None)]
)
def test_a_refused_message_failed_and_one_without_an_answer_is_uncertain_and_neither_is_sent_again(
    told: Told, fault: Exception, why: str | None
) -> None:
    told.sms.fault = fault
    case = told.town.lease()

    told.notifier.catch_up()
    told.sms.fault = None
    told.notifier.catch_up()
    told.another().catch_up()

    stream = notices_stream(case)
    assert told.sms.sent == []
    assert [one.why for one in told.town.facts(stream, NoticeFailed)] == ([why] if why else [])
    assert len(told.town.facts(stream, NoticeUncertain)) == (0 if why else 1)
    assert len(told.state(case).unreached) == 1


def test_a_claim_without_an_outcome_is_uncertain_after_a_while_and_never_sent(told: Told) -> None:
    case = told.town.lease()
    position = told.town.position_of(case, f.CaseReceived)
    claim = ClaimNotice(position=position, person=told.town.person, channel=SMS)
    told.town.centre.by_itself(claim, lane=case, id=notice_id(position, told.town.person, SMS))

    told.notifier.catch_up()
    early = told.town.facts(notices_stream(case), NoticeUncertain)
    told.town.hours.move_to(told.town.hours.now + timedelta(minutes=3))
    told.notifier.catch_up()

    assert early == []
    assert len(told.town.facts(notices_stream(case), NoticeUncertain)) == 1
    assert told.sms.sent == []


def test_at_night_nothing_is_sent_and_in_the_morning_it_is_also_after_a_restart(told: Told) -> None:
    told.town.hours.move_to(EVENING)
    case = told.town.lease()
    quiet = quiet_hours("21:00-08:00")

    told.another(quiet=quiet).catch_up()
    at_night = list(told.sms.sent)
    told.town.hours.move_to(EVENING + timedelta(hours=10))
    told.another(quiet=quiet).catch_up()

    assert at_night == []
    assert told.kinds(case) == ["received"]
    assert len(told.sms.sent) == 1


def test_a_report_that_comes_after_a_restart_is_still_taken_in(told: Told) -> None:
    told.sms.is_slow = True
    case = told.town.lease()
    told.notifier.catch_up()
    assert len(told.town.facts(notices_stream(case), NoticeSent)) == 1

    told.sms.is_slow = False
    told.another().catch_up()

    assert len(told.town.facts(notices_stream(case), NoticeDelivered)) == 1


def test_what_is_older_than_three_days_is_in_the_app_only(told: Told) -> None:
    case = told.town.lease()
    told.town.hours.move_to(told.town.hours.now + timedelta(days=4))

    told.notifier.catch_up()

    assert told.kinds(case) == ["received"]
    assert told.sms.sent == []


def test_nobody_is_told_what_they_did_themselves(told: Told) -> None:
    case = told.town.lease()
    told.notifier.catch_up()
    told.town.do(c.SendMessage(text="请问什么时候能好"), case, told.town.resident)
    told.town.do(c.SendMessage(text="明天上午可以来取"), case, "zhoumin")

    told.notifier.catch_up()

    assert told.kinds(case) == ["received", "message"]


def test_the_progress_on_the_disk_never_passes_what_is_still_to_be_sent(told: Told) -> None:
    told.town.hours.move_to(EVENING)
    case = told.town.lease()
    position = told.town.position_of(case, f.CaseReceived)

    told.another(quiet=quiet_hours("21:00-08:00")).catch_up()

    assert int(told.progress.read_text()) == position - 1


@pytest.mark.parametrize(
    ("said", "at", "free"),
    [
        ("21:00-08:00", "22:30", "08:00 next"),
        ("21:00-08:00", "07:59", "08:00"),
        ("21:00-08:00", "08:00", "now"),
        ("21:00-08:00", "20:59", "now"),
        ("12:00-14:00", "13:00", "14:00"),
        ("12:00-14:00", "14:00", "now"),
    ],
)
def test_quiet_hours_are_local_and_may_go_over_midnight(said: str, at: str, free: str) -> None:
    quiet = quiet_hours(said)
    assert quiet is not None
    now = datetime.fromisoformat(f"2026-11-23T{at}+08:00")

    over = quiet.over(now)

    day = "24" if free.endswith("next") else "23"
    expected = now if free == "now" else datetime.fromisoformat(f"2026-11-{day}T{free[:5]}+08:00")
    assert over == expected


def test_every_text_fits_its_fields_in_both_languages() -> None:
    values = {
        "number": "BQS-20261123-0001-6",
        "date": "2026-11-30",
        "carrier": "邮政",
        "tracking": "EX1",
        "phone": "027",
        "day_zh": "11月24日周二",
        "day_en": "Tue 2026-11-24",
        "time": "10:00",
        "early": "60",
        "ahead": "2",
        "counter_zh": "3号综合窗口",
        "counter_en": "Counter 3",
    }

    for kind in texts():
        assert 20 <= len(message(kind, "zh", values)) <= 140
        assert len(message(kind, "en", values)) <= 210


def test_the_agent_is_told_as_well_and_an_applicant_without_a_number_through_them(told: Told) -> None:
    town = told.town
    case = uuid4()
    agent = Actor(id=town.person, roles=frozenset({Role.RESIDENT}))
    town.file_for_another(case, agent)

    told.notifier.catch_up()

    persons = {one.person for one in town.facts(notices_stream(case), NoticeGiven)}
    assert persons == {town.case(case).applicant, town.person}
    assert told.state(case).unreached == ()
