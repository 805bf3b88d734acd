"""A run belongs to its trainee: nobody else acts in it, and only whoever trains or audits may watch."""

from __future__ import annotations

import re
from uuid import UUID

import httpx
import pytest
from starlette.routing import Match

from domain.centre.centre import staff_stream
from tests.practice.rehearsal import Rehearsal, scenarios
from tests.rights.routes import ROUTES
from web.app import create_app
from web.practice.door import Door
from web.session import COOKIE

OF_A_RUN = sorted(name for name, asked in ROUTES.items() if asked.right == "practice.run")
ORIGIN = "http://localhost:18999"


def browser(rehearsal: Rehearsal, person: UUID) -> httpx.AsyncClient:
    """The browser of a member of staff who has signed in."""
    edge = rehearsal.edge
    token = edge.centre.open_session(person, kind="staff", method="passkey", device=None, hours=1)
    transport = httpx.ASGITransport(app=create_app(edge, followers=()), raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN})
    client.cookies.set(COOKIE, token)
    return client


async def test_another_clerk_finds_no_run_of_somebody_else(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(scenarios()["sim-lease-after-hours"])
    run, other = trainee.room.about.run, staff_stream("jiangxue")
    assert other != rehearsal.trainee.id
    before = trainee.score

    stranger, owner = browser(rehearsal, other), browser(rehearsal, rehearsal.trainee.id)
    assert OF_A_RUN
    for name in OF_A_RUN:
        method, path = name.split(" ")
        url = re.sub(r"{\w+(:\w+)?}", "1", path.replace("{run:uuid}", str(run)))
        assert (await stranger.request(method, url, json={})).status_code == 404, name
    assert (await owner.get(f"/api/practice/{run}")).status_code == 200
    assert trainee.score == before


async def test_nobody_takes_a_seat_that_the_scenario_has_not(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(scenarios()["sim-lease-after-hours"])
    run, owner = trainee.room.about.run, browser(rehearsal, rehearsal.trainee.id)

    answers = {
        one: (await owner.get(f"/practice/{run}/{one}/session")).status_code
        for one in ("window-clerk", "reviewer", "lead", "operator", "centre", "resident", "nobody")
    }

    assert {one for one, status in answers.items() if status == 200} == {"window-clerk", "reviewer"}
    assert {status for status in answers.values() if status != 200} == {404}


@pytest.mark.parametrize("run", ["0" * 8 + "-" * 28, "0" * 8 + "-" + "0" * 27, "00000000-0000-0000-0000-00000000000"])
def test_what_is_no_id_is_no_run(run: str) -> None:
    scope = {"type": "http", "path": f"/practice/{run}/window-clerk/api/items"}

    assert Door().matches(scope) == (Match.NONE, {})


async def test_a_hint_is_taken_for_the_step_that_goes_on_and_for_no_other(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(scenarios()["sim-lease-after-hours"])
    run, owner = trainee.room.about.run, browser(rehearsal, rehearsal.trainee.id)
    to_come = scenarios()["sim-lease-after-hours"].steps[1].id

    early = await owner.post(f"/api/practice/{run}/hint", json={"step": to_come})

    assert (early.status_code, early.json()["code"]) == (409, "not-found")
    assert [one.hinted for one in trainee.score.steps] == [False] * len(trainee.score.steps)
