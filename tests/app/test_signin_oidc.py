"""Residents sign in through an identity provider: a real one, of the npm package oidc-provider."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from domain.identity.identity import LoginLinked
from tests.app.standing import ORIGIN, PHONE, Service, centre_open, serving
from tests.signin.running import CLIENT_ID, CLIENT_SECRET, passes, provider
from web.session import COOKIE
from web.settings import Secret
from web.signin.oidc import BACK, STATE_COOKIE

RETURN = f"{ORIGIN}{BACK}"


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    with provider(RETURN) as running:
        yield running


@pytest.fixture
async def service(tmp_path: Path, issuer: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Service]:
    monkeypatch.setenv("NO_PROXY", "localhost")
    settings = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": Secret(CLIENT_SECRET)}
    with centre_open(tmp_path, **settings) as made:
        made.clock.now = datetime.now(UTC)  # as the provider's
        async with serving(made):
            yield made


async def comes(client: httpx.AsyncClient, *, name: str, after: str = "/cases") -> httpx.Response:
    """Go to the provider, sign in there as `name`, and come back."""
    return await client.get(await passes(await sent(client, after=after), name=name, back=RETURN))


async def sent(client: httpx.AsyncClient, *, after: str = "/cases") -> str:
    """The address of the provider to which a browser is sent."""
    answer = await client.get("/session/oidc", params={"after": after})
    assert answer.status_code == 303
    return answer.headers["location"]


def state_of(away: str) -> str:
    """With which a browser was sent to that address of the provider."""
    return parse_qs(urlsplit(away).query)["state"][0]


async def person(client: httpx.AsyncClient) -> str | None:
    told = (await client.get("/session")).json()["person"]
    return told["id"] if told else None


async def test_a_verified_telephone_is_the_person_who_has_it(service: Service) -> None:
    known, client = await person(await service.resident()), service.client()

    answer = await comes(client, name=PHONE)

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    assert await person(client) == known
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)).lower()
    assert {"httponly", "samesite=strict"} <= {part.strip() for part in cookie.split(";")}
    service.caught_up()
    assert (await client.get("/api/sessions")).json()["sessions"][0]["method"] == "oidc"


async def test_the_account_stays_the_persons_when_its_telephone_changes_hands(service: Service) -> None:
    first = service.client()
    await comes(first, name="13800000009")
    linked = [one.fact for _, one in service.centre.follow(0, 1000) if isinstance(one.fact, LoginLinked)]

    again = service.client()
    await comes(again, name="13800000009")

    assert [str(fact.person) for fact in linked] == [await person(first)]
    assert await person(again) == await person(first)


@pytest.mark.parametrize("name", ["zhang", "unverified-13800000001"])
async def test_an_account_without_a_verified_telephone_lets_in_nobody_until_it_was_linked(
    service: Service, name: str
) -> None:
    client = service.client()
    refused = await comes(client, name=name)
    before = await person(client)
    father = await service.resident("13800000001")

    linked = await comes(father, name=name, after="/me")
    await comes(client, name=name)

    assert (refused.headers["location"], before) == ("/sign-in?no=oidc-no-phone", None)
    assert linked.headers["location"] == "/me"
    assert await person(client) == await person(father) is not None
    service.caught_up()
    assert len((await father.get("/api/sessions")).json()["sessions"]) == 2, "the one before the link has ended"


async def test_the_request_carries_a_challenge_a_state_and_a_nonce_that_differ_each_time(service: Service) -> None:
    asked = [parse_qs(urlsplit(await sent(service.client())).query) for _ in range(2)]

    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["redirect_uri"] == [RETURN]
    assert all(asked[0][part] != asked[1][part] for part in ("state", "nonce", "code_challenge"))


async def test_the_way_back_is_open_to_the_browser_that_went_and_once(service: Service) -> None:
    victim, client = service.client(), service.client()
    back = await passes(await sent(client), name=PHONE, back=RETURN)

    elsewhere = await victim.get(back)  # a link that somebody else began
    carried = client.cookies[STATE_COOKIE]
    own, late = await client.get(back), await client.get(back)
    victim.cookies.set(STATE_COOKIE, carried, path="/session/oidc")
    again = await victim.get(back)

    assert elsewhere.headers["location"] == late.headers["location"] == "/sign-in?no=challenge-expired"
    assert own.headers["location"] == "/cases"
    assert again.headers["location"] == "/sign-in?no=oidc-away", "the provider takes its code once"
    assert await person(victim) is None


async def test_an_errand_takes_five_minutes_at_most(service: Service) -> None:
    client = service.client()
    back = await passes(await sent(client), name=PHONE, back=RETURN)
    service.clock.advance(minutes=5)

    assert (await client.get(back)).headers["location"] == "/sign-in?no=challenge-expired"


async def test_a_code_of_another_errand_does_not_pass(service: Service) -> None:
    mine, theirs = service.client(), service.client()
    their_code = parse_qs(urlsplit(await passes(await sent(theirs), name=PHONE, back=RETURN)).query)["code"][0]
    state = state_of(await sent(mine))

    answer = await mine.get(BACK, params={"state": state, "code": their_code})

    assert answer.headers["location"] == "/sign-in?no=oidc-away"
    assert await person(mine) is None


async def test_another_provider_cannot_answer_for_this_one(service: Service) -> None:
    client = service.client()
    back = await passes(await sent(client), name=PHONE, back=RETURN)

    answer = await client.get(httpx.URL(back).copy_set_param("iss", "https://evil.example"))

    assert answer.headers["location"] == "/sign-in?no=oidc-away"


async def test_who_says_no_at_the_provider_is_told_so(service: Service) -> None:
    client = service.client()
    state = state_of(await sent(client))

    answer = await client.get(BACK, params={"state": state, "error": "access_denied"})

    assert answer.headers["location"] == "/sign-in?no=oidc-refused"


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
async def test_nobody_is_sent_on_to_another_site(service: Service, after: str) -> None:
    answer = await comes(service.client(), name=PHONE, after=after)

    assert answer.headers["location"] == "/"


async def test_a_provider_that_is_away_leaves_the_code_by_telephone(tmp_path: Path) -> None:
    with centre_open(tmp_path, oidc_issuer="http://localhost:9", oidc_client_id=CLIENT_ID) as away:
        answer = await away.client().get("/session/oidc")

    assert answer.headers["location"] == "/sign-in?no=oidc-away"


async def test_without_a_provider_there_is_no_such_address(tmp_path: Path) -> None:
    with centre_open(tmp_path) as without:
        answer = await without.client().get("/session/oidc")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
