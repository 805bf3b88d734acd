from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Actor
from domain.effects.notices import ClaimNotice, ReportNotice
from domain.identity.erasure import ErasePerson
from domain.ratings import commands as c
from domain.ratings.facts import Level
from domain.ratings.rating import rated_stream
from projections.database import ProjectionFile
from projections.generations import file_in
from projections.reader import Reader
from projections.rebuilding import rebuild, verify
from projections.runner import Runner
from projections.schema import SHAPE
from projections.snapshots import Snapshots
from tests.cast import CASE, CENTRE, FATHER, HE, LEASE, LIN, SUN, ZHOU, Clock
from tests.laws.projected import content, followed
from tests.premises import opened
from tests.projections.conftest import Followed
from tests.projections.hall import SECRETS, Hall, RandomDay
from tests.projections.test_visits import rows

LEADS = "lead:street"
RATING = UUID("01939c6f-5e00-7000-8000-0000000ba71d")
RATER, CALLED, OUTCOME, REPLY = SECRETS


@pytest.fixture
def hall(followed: Followed, clock: Clock) -> Hall:
    hall = Hall(followed, clock)
    hall.declined_case()
    return hall


def say(hall: Hall, command: Any, *, by: Actor = SUN) -> None:
    hall.do(command, by=by, lane=RATING)


def own(followed: Followed) -> dict[str, Any]:
    return rows(followed, f"person:{FATHER.id}", "rating")[str(RATING)]


def rectification(followed: Followed, scope: str = LEADS) -> dict[str, Any]:
    return rows(followed, scope, "rectification")[str(RATING)]


def settle(hall: Hall) -> None:
    say(hall, c.AssignRectification(to=LIN.id))
    say(hall, c.CallBack(reached=True, words=CALLED), by=LIN)
    say(hall, c.SettleRectification(outcome="fixed", words=OUTCOME), by=LIN)
    say(hall, c.ReplyToRater(words=REPLY), by=LIN)


def test_an_invitation_is_there_until_somebody_has_rated(hall: Hall, followed: Followed) -> None:
    hall.do(c.InviteRating(subject_kind="case", subject=CASE), by=CENTRE, lane=rated_stream(CASE))

    (asked,) = rows(followed, f"person:{FATHER.id}", "rating-invitation").values()

    assert (asked["subject"], asked["item"], asked["until"][:10]) == (str(CASE), LEASE.id, "2026-12-23")
    hall.rate(RATING)
    assert rows(followed, f"person:{FATHER.id}", "rating-invitation") == {}


def test_the_rater_sees_their_rating_and_what_became_of_it(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, words=RATER)
    before = own(followed)
    settle(hall)

    after = own(followed)

    assert (before["level"], before["words"], before["answer"]["state"]) == ("dissatisfied", RATER, "open")
    assert (before["answer"]["due"]["on"], before["answer"]["reply"]) == ("2026-11-30", "")
    assert after["answer"] == {"state": "fixed", "due": None, "reply": REPLY}
    say(hall, c.AmendRating(level=Level.SATISFIED), by=FATHER)
    assert (own(followed)["level"], own(followed)["amend_until"]) == ("satisfied", None)


def test_a_good_rating_has_no_answer_to_wait_for(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, Level.VERY_SATISFIED)

    assert own(followed)["answer"] is None
    assert rows(followed, LEADS, "rectification") == {}


def test_the_rated_learn_the_level_and_neither_case_nor_person_nor_words(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, words=RATER)

    (rated,) = rows(followed, f"mine:{ZHOU.id}", "rated").values()

    assert (rated["level"], rated["reasons"], rated["item"]) == ("dissatisfied", ["slow"], LEASE.id)
    assert set(rated) == {"item", "level", "reasons", "given_on", "appeal"}
    followed.settle()
    seen = "".join(row.row for row in followed.reader.page([f"mine:{ZHOU.id}", "office:street"], (0, "")).rows)
    assert str(FATHER.id) not in seen
    assert RATER not in seen
    assert str(rated_stream(CASE)) not in seen


def test_an_open_rectification_is_with_the_leads_and_with_whoever_puts_it_right(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, words=RATER)
    first = rectification(followed)
    say(hall, c.AssignRectification(to=HE.id))
    say(hall, c.AssignRectification(to=LIN.id))

    assert (first["next"], first["responsible"], first["words"]) == ("assign", None, RATER)
    assert [person["name"] for person in first["rated"]] == ["Zhoumin"]
    assert rectification(followed) == rectification(followed, f"mine:{LIN.id}")
    assert rows(followed, f"mine:{HE.id}", "rectification") == {}
    assert rows(followed, f"mine:{ZHOU.id}", "rectification") == {}


def test_each_step_names_the_next_and_a_closed_one_leaves(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING)
    steps: list[tuple[Any, Actor]] = [
        (c.AssignRectification(to=LIN.id), SUN),
        (c.CallBack(reached=False, words=CALLED), LIN),
        (c.SettleRectification(outcome="no-basis", words=OUTCOME), LIN),
        (c.ReplyToRater(words=REPLY), LIN),
    ]
    following: list[str] = []
    for command, by in steps:
        say(hall, command, by=by)
        following.append(rectification(followed)["next"])

    assert following == ["call-back", "settle", "reply", "close"]
    (call,) = rectification(followed)["call_backs"]
    assert (call["by_name"], call["reached"], call["words"]) == ("Linxia", False, CALLED)
    say(hall, c.CloseRectification())
    assert rows(followed, LEADS, "rectification") == {}
    assert rows(followed, f"mine:{LIN.id}", "rectification") == {}


def test_a_reply_that_reached_nobody_is_for_calling_until_the_rater_was_called(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING)
    settle(hall)
    position = max(hall.centre.positions(RATING).values())
    say(hall, ClaimNotice(position=position, person=FATHER.id, channel="sms"), by=CENTRE)
    failed = ReportNotice(position=position, person=FATHER.id, channel="sms", outcome="failed", why="unreachable")
    say(hall, failed, by=CENTRE)
    before = rectification(followed)["reply_unreached"]
    say(hall, c.CallBack(reached=False, words=CALLED), by=LIN)
    still = rectification(followed)["reply_unreached"]
    say(hall, c.CallBack(reached=True, words=CALLED), by=LIN)

    assert (before, still, rectification(followed)["reply_unreached"]) == (True, True, False)


def test_an_appeal_is_the_leads_to_decide_and_the_excluded_are_counted_apart(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, Level.SATISFIED)
    say(hall, c.AppealRating(reason=CALLED), by=ZHOU)

    waits = rectification(followed)
    mine = rows(followed, f"mine:{ZHOU.id}", "rated")[str(RATING)]["appeal"]
    say(hall, c.DecideAppeal(upheld=True, reason=OUTCOME))

    assert (waits["next"], waits["appeal_words"], waits["due"]) == ("decide-appeal", CALLED, None)
    assert (mine, rows(followed, f"mine:{ZHOU.id}", "rated")[str(RATING)]["appeal"]) == ("own", "upheld")
    assert rows(followed, LEADS, "rectification") == {}
    assert _counts(followed, f"item:{LEASE.id}") == {"satisfied": (0, 1)}
    assert _counts(followed, f"unit:{LEASE.department_id}") == {"satisfied": (0, 1)}


def _counts(followed: Followed, id: str) -> dict[str, tuple[int, int]]:
    counts = rows(followed, LEADS, "rating-tally")[id]["counts"]
    assert len(counts) == len(Level)
    return {one["level"]: (one["counted"], one["excluded"]) for one in counts if one["counted"] or one["excluded"]}


def test_a_changed_rating_counts_once_as_it_is_now(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, Level.VERY_DISSATISFIED)
    assert _counts(followed, f"item:{LEASE.id}") == {"very-dissatisfied": (1, 0)}

    say(hall, c.AmendRating(level=Level.SATISFIED), by=FATHER)

    assert _counts(followed, f"item:{LEASE.id}") == {"satisfied": (1, 0)}


# Erasure


def _file(followed: Followed) -> Path:
    """The file in use, and whoever reads it now reads that one."""
    followed.settle()
    followed.reader.close()
    followed.reader = Reader(followed.runner.path)
    return followed.runner.path


def erase(hall: Hall) -> None:
    command = ErasePerson(reason="law-requires", basis="档案鉴定", cases=(CASE,), open_cases_confirmed=True)
    hall.do(command, by=CENTRE, lane=FATHER.id)


def test_after_an_erasure_what_was_said_is_gone_and_what_it_counted_stays(hall: Hall, followed: Followed) -> None:
    hall.rate(RATING, words=RATER)
    settle(hall)
    followed.settle()
    erase(hall)
    path = _file(followed)

    row = rectification(followed)

    assert (row["words"], row["outcome_words"], row["call_backs"][0]["words"]) == ("", "", "")
    assert _counts(followed, f"item:{LEASE.id}") == {"dissatisfied": (1, 0)}
    assert [word for word in SECRETS if word.encode() in path.read_bytes()] == []


@pytest.fixture
def random_day(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RandomDay]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        yield RandomDay(Hall(premises, clock), request.param)


@pytest.mark.parametrize("random_day", range(3), indirect=True)
def test_an_erasure_at_any_moment_equals_a_rebuild_and_leaves_nothing_in_any_file(
    random_day: RandomDay, tmp_path: Path
) -> None:
    centre = random_day.hall.centre
    live = tmp_path / "live"
    live.mkdir()
    runner = Runner(centre, live, publish=lambda _: None)
    runner.start()
    random_day.walk(60)
    assert runner.wait(centre.head())
    erase(random_day.hall)
    random_day.walk(60)
    centre.vault.destroy(FATHER.id)
    assert runner.wait(centre.head())
    runner.stop()

    assert verify(centre, live) == []
    assert [word for word in SECRETS for file in live.rglob("*.db*") if word.encode() in file.read_bytes()] == []
    anew = tmp_path / "anew"
    anew.mkdir()
    assert content(rebuild(centre, anew)) == content(file_in(live))


def test_snapshots_of_the_past_lose_what_was_said_and_keep_every_position(hall: Hall, tmp_path: Path) -> None:
    hall.rate(RATING, words=RATER)
    settle(hall)
    path = followed(hall.centre, tmp_path / "then")
    snapshots = Snapshots(tmp_path / "then")
    with closing(ProjectionFile(path)) as file:
        position = file.position()
    erase(hall)
    copy = tmp_path / "then" / "past" / f"as-of-{SHAPE}-{position}.db"
    copy.write_bytes(path.read_bytes())

    snapshots.purge(hall.centre, [FATHER.id])

    assert [word for word in SECRETS if word.encode() in copy.read_bytes()] == []
    before, after = content(path)["rows"], content(copy)["rows"]
    assert [row[:4] for row in after] == [row[:4] for row in before]
