"""What follows from facts: each result rendered, each parcel handed over once, whatever is repeated or cut short."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest

from domain.case.acts import CaseStatus
from domain.case.commands import ClaimEffect
from domain.case.facts import (
    CaseDelivered,
    CasePosted,
    DispatchRequested,
    EffectClaimed,
    EffectUncertain,
    PostReturned,
    ResultIssued,
    ResultRendered,
)
from domain.effects.parcels import ParcelTracked, parcels_stream
from domain.facts import Fact
from store.answers import Answer
from store.centre import Centre
from store.files import FileStore
from tests.app.town import MONDAY_MORNING, Town
from web import posting
from web.effects import Effects
from web.following import Worker
from web.post import DemoPost, Recipient, Tracked, recipient_of, tracking_number
from web.posting import POST, effect_id

ADDRESS = "https://doorstep.example.cn"


class Postman:
    """Takes parcels, remembers them, and may lose its voice."""

    name = "邮政（测试）"

    def __init__(self) -> None:
        self.taken: list[tuple[UUID, Recipient]] = []
        self.is_silent = False
        self.way: list[Tracked] = []
        self.clock: Callable[[], datetime] = lambda: MONDAY_MORNING

    def hand_over(self, case_id: UUID, *, document_number: str, recipient: Recipient, reference: UUID) -> str:
        self.taken.append((case_id, recipient))
        if self.is_silent:
            raise TimeoutError("the line went dead")
        return tracking_number(len(self.taken))

    def track(self, tracking_number: str, *, handed_over_at: datetime) -> list[Tracked]:
        return [one for one in self.way if one.at <= self.clock()]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "centre")
    yield town
    town.close()


@pytest.fixture
def postman() -> Postman:
    return Postman()


def effects_of(town: Town, postman: Postman) -> Effects:
    return Effects(town.centre, town.files, postman, address=ADDRESS)


def facts(centre: Centre, case: UUID, kind: type[Fact]) -> list[Fact]:
    return [envelope.fact for envelope in centre.read(case) if isinstance(envelope.fact, kind)]


def test_an_issued_result_is_rendered_once_and_can_be_read(town: Town, postman: Postman) -> None:
    case = town.issued_lease()

    effects_of(town, postman).catch_up()
    effects_of(town, postman).catch_up()

    (rendered,) = facts(town.centre, case, ResultRendered)
    assert isinstance(rendered, ResultRendered)
    document = town.files.read(rendered.address)
    assert len(document) == rendered.size
    with pikepdf.open(io.BytesIO(document)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "房屋租赁登记备案证明（示例）"


def test_a_rendering_cut_short_is_simply_done_again(
    town: Town, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = town.issued_lease()

    def full(_: FileStore, __: bytes, *, person: UUID) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(FileStore, "put", full)
        with pytest.raises(OSError, match="no space left"):
            effects_of(town, postman).catch_up()
    effects_of(town, postman).catch_up()

    assert len(facts(town.centre, case, ResultRendered)) == 1


def test_a_parcel_is_claimed_handed_over_and_recorded(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()

    effects_of(town, postman).catch_up()

    kinds = [type(envelope.fact) for envelope in town.centre.read(case)]
    assert kinds[kinds.index(DispatchRequested) :] == [DispatchRequested, ResultRendered, EffectClaimed, CasePosted]
    (posted,) = facts(town.centre, case, CasePosted)
    assert posted == CasePosted(carrier="邮政（测试）", tracking_number="EX000000014CN")
    ((taken, recipient),) = postman.taken
    assert taken == case
    assert recipient.name == "陈志远"
    assert recipient.address == "武汉市汉阳区北桥街道桂花社区桂花园小区3栋2单元1102室"


def test_a_restart_hands_nothing_over_again(town: Town, postman: Postman) -> None:
    town.dispatched_lease()

    effects_of(town, postman).catch_up()
    effects_of(town, postman).catch_up()

    assert len(postman.taken) == 1


def test_a_result_that_could_not_be_claimed_is_handed_over_at_the_next_turn(
    town: Town, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = town.dispatched_lease()
    effects = effects_of(town, postman)

    def broken(*_: object, **__: object) -> Answer:
        raise OSError("the disk does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(posting, "insist", broken)
        effects.catch_up()
    assert postman.taken == []
    effects.catch_up()

    assert len(postman.taken) == 1
    assert town.centre.case(case).status is CaseStatus.POSTED


def test_a_claim_without_an_outcome_is_left_to_staff(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()
    position = next(
        at for at, envelope in town.centre.follow(0, 10_000) if isinstance(envelope.fact, DispatchRequested)
    )
    claim = ClaimEffect(position=position, channel=POST)
    assert town.centre.by_itself(claim, lane=case, id=effect_id(position, POST)).verdict == "applied"

    effects_of(town, postman).catch_up()
    effects_of(town, postman).catch_up()

    assert postman.taken == []
    assert facts(town.centre, case, EffectUncertain) == [EffectUncertain(position=position, channel=POST)]


def test_a_carrier_that_falls_silent_is_not_asked_again(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()
    postman.is_silent = True
    effects = effects_of(town, postman)

    effects.catch_up()
    postman.is_silent = False
    effects.catch_up()
    effects_of(town, postman).catch_up()

    assert len(postman.taken) == 1
    assert len(facts(town.centre, case, EffectUncertain)) == 1
    assert facts(town.centre, case, CasePosted) == []


def test_after_staff_have_looked_into_it_the_parcel_can_be_sent_anew(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()
    postman.is_silent = True
    effects = effects_of(town, postman)
    effects.catch_up()

    postman.is_silent = False
    town.dispatch_again(case)
    effects.catch_up()

    assert len(postman.taken) == 2
    assert len(facts(town.centre, case, CasePosted)) == 1


def test_the_thread_follows_the_log_and_stops(town: Town, postman: Postman) -> None:
    worker = Worker("effects", town.centre, effects_of(town, postman).catch_up)
    worker.start()
    case = town.dispatched_lease()

    town.wait_for(lambda: bool(facts(town.centre, case, CasePosted)))
    worker.stop()

    assert len(facts(town.centre, case, ResultIssued)) == 1
    assert len(postman.taken) == 1


def test_without_a_postal_address_the_parcel_goes_to_the_applicant() -> None:
    answers = {"applicant_name": "陈志远", "applicant_phone": "13800000001", "applicant_address": {"text": "北桥路1号"}}

    assert recipient_of(answers) == Recipient("陈志远", "13800000001", "北桥路1号")


def test_tracking_numbers_carry_the_check_digit_of_the_postal_union() -> None:
    # The example of UPU standard S10, annex on the check digit: serial 47312482 has check digit 9.
    assert tracking_number(47_312_482, service="RR") == "RR473124829CN"


def test_the_demonstration_post_numbers_each_parcel_and_the_same_one_always_alike() -> None:
    def number(reference: int) -> str:
        to = Recipient("陈志远", "", "")
        return DemoPost().hand_over(UUID(int=5), document_number="1", recipient=to, reference=UUID(int=reference))

    assert number(1) == number(1)
    assert number(1).startswith("EX")
    assert len({number(reference) for reference in range(50)}) == 50


def test_a_parcel_sent_again_is_followed_by_its_own_number(town: Town) -> None:
    case = town.dispatched_lease()
    effects = Effects(town.centre, town.files, ReturningPost(), address=ADDRESS)

    for _ in range(2):
        effects.catch_up()
        effects.catch_up()
        assert town.centre.case(case).status is CaseStatus.ISSUED
        town.dispatch_again(case)

    numbers = [one.tracking_number for one in facts(town.centre, case, CasePosted) if isinstance(one, CasePosted)]
    assert len(set(numbers)) == 2
    tracked = facts(town.centre, parcels_stream(case), ParcelTracked)
    assert [getattr(one, "tracking_number", "") for one in tracked] == [numbers[0], numbers[1]]


class ReturningPost(DemoPost):
    """Finds nobody at home, ever."""

    def track(self, tracking_number: str, *, handed_over_at: datetime) -> list[Tracked]:
        return [Tracked(event="returned", at=handed_over_at, why="not-collected")]


def test_what_the_post_tells_is_recorded_once_and_a_signature_delivers_the_result(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()
    effects, posted_at = effects_of(town, postman), town.clock.now
    postman.clock = town.clock
    postman.way = [
        Tracked(event="accepted", at=posted_at),
        Tracked(event="in-transit", at=posted_at + timedelta(hours=5)),
        Tracked(event="signed", at=posted_at + timedelta(hours=24), receiver="agent"),
    ]

    for hours in (0, 6, 6, 24):
        town.clock.now = posted_at + timedelta(hours=hours)
        effects.catch_up()

    told = [getattr(one, "event", "") for one in facts(town.centre, parcels_stream(case), ParcelTracked)]
    assert told == ["accepted", "in-transit", "signed"]
    assert facts(town.centre, case, CaseDelivered) == [CaseDelivered(method="mail", receiver="agent")]


def test_a_parcel_that_comes_back_is_work_for_the_outlet_again(town: Town, postman: Postman) -> None:
    case = town.dispatched_lease()
    postman.way = [Tracked(event="returned", at=MONDAY_MORNING, why="not-collected")]

    effects_of(town, postman).catch_up()
    effects_of(town, postman).catch_up()

    assert facts(town.centre, case, PostReturned) == [PostReturned(why="not-collected")]
    assert town.centre.case(case).status is CaseStatus.ISSUED
    town.dispatch_again(case)
    effects_of(town, postman).catch_up()
    assert len(postman.taken) == 2


def test_the_demonstration_post_delivers_the_next_day_and_brings_some_back() -> None:
    ways = [_way(DemoPost(lambda: MONDAY_MORNING + timedelta(days=5)), serial) for serial in range(200)]

    assert {way[-1] for way in ways} == {"signed", "returned"}
    assert 3 <= sum(way[-1] == "returned" for way in ways) <= 25
    assert {way[0] for way in ways} == {"accepted"}
    assert _way(DemoPost(lambda: MONDAY_MORNING), 1) == []


def _way(post: DemoPost, serial: int) -> list[str]:
    return [one.event for one in post.track(tracking_number(serial), handed_over_at=MONDAY_MORNING)]
