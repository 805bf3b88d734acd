"""Devices of staff sign what they send: with a key that is theirs, and whoever reads the log can check it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from domain.actors import Actor
from domain.case.commands import AddNote
from domain.case.facts import CaseNoted
from domain.devices.devices import DeviceKeyRegistered, device_stream
from domain.facts import Envelope, Meta, Sealed
from store import judging
from store.judging import Judge
from store.receipts import CommandApplied, CommandRefused, receipt_stream
from sync.signing import SecretKey, encoded, possession
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, GU, SUN, ZHOU
from tests.sync.intents import body
from web.cli.log_reading import findings, sound
from web.signatures import Signatures, says_of

TABLET = uuid4()
NOT_SIGNED_FOUND = "its device signs what it sends, and this is not signed"
WRONG_FOUND = "the signature is not that of its device"
NOT_SIGNED = {"verdict": "auth", "code": "not-signed"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.premises.receive)
        yield open_site


@pytest.fixture(params=["ed25519", "es256"])
def key(request: pytest.FixtureRequest) -> SecretKey:
    return SecretKey(request.param)


def shown(key: SecretKey, who: Actor = ZHOU, device: UUID = TABLET, **other: str) -> dict[str, str]:
    public = key.public
    proof = key.sign(possession(who.id, device))
    return {"algorithm": public.algorithm, "public": encoded(public.public), "proof": proof} | other


async def register(site: Site, key: SecretKey, who: Actor = ZHOU, device: UUID = TABLET) -> httpx.Response:
    async with await browser(site, who, device=device) as client:
        return await client.post(f"/api/devices/{device}/key", json=shown(key, who, device))


def note(key: SecretKey | None = None, *, seq: int = 1, text: str = "字", **other: Any) -> dict[str, str]:
    """A note as it travels, signed with `key`."""
    said = body("case.note@1", {"text": text}, by=ZHOU, seq=seq)
    signed = {"body": json.dumps(said, ensure_ascii=False)}
    if key is not None:
        named: dict[str, Any] = {
            "id": UUID(said["id"]),
            "lane": CASE,
            "type": "case.note@1",
            "body": signed["body"],
        } | other
        signed["sig"] = key.sign_intent(**named)
    return signed


async def push(site: Site, *intents: dict[str, str], device: UUID = TABLET) -> list[tuple[str, str | None]]:
    """What a device of Zhou's is told of these."""
    async with site.wire() as wire:
        ticket = site.edge.tickets.issue(await site.sign_in(ZHOU, device=device))
        await wire.say(hello(ticket, device=device))
        assert (await wire.hear())["t"] == "welcome"
        return [(one["verdict"], one.get("code")) for one in await wire.push(*intents)]


def found(site: Site) -> list[str]:
    return [finding.what for finding in findings(site.edge.centre)]


def counted(site: Site) -> tuple[int, int]:
    """Commands of staff that were signed, and that were not."""
    signatures = looked_at(site)
    return signatures.signed, signatures.unsigned


def looked_at(site: Site) -> Signatures:
    soundness = sound(site.edge.centre)
    assert list(findings(site.edge.centre, by=soundness)) == []
    return soundness.signatures


async def test_what_a_device_has_signed_is_done_and_can_be_checked_in_the_log(site: Site, key: SecretKey) -> None:
    before = counted(site)[1]
    assert (await register(site, key)).status_code == 204
    site.clock.advance(minutes=10)

    assert await push(site, note(key), note(key, seq=2)) == [("applied", None)] * 2

    assert counted(site) == (2, before)
    (receipt,) = site.edge.centre.read(receipt_stream(ZHOU.id, UUID(json.loads(note()["body"])["id"])))
    assert isinstance(receipt.fact, CommandApplied)
    assert receipt.fact.signed is not None
    assert receipt.fact.signed.person == site.edge.centre.case(CASE).applicant


async def test_from_then_on_nothing_comes_from_that_device_without_its_signature(site: Site, key: SecretKey) -> None:
    await register(site, key)
    other = SecretKey(key.public.algorithm)

    verdicts = await push(
        site, note(), note(other, seq=2), note(key, seq=3, lane=uuid4()), note(key, seq=4), note(key, seq=5)
    )

    waits = ("auth", "not-signed")
    assert verdicts == [waits, waits, waits, ("applied", None), ("applied", None)]
    assert await push(site, note(key)) == [("applied", None)]
    async with await browser(site, ZHOU, device=TABLET) as client:
        heard = await poll(client, {"t": "push", "b": 1, "intents": [note(seq=6)]}, device=TABLET)
    (ack,) = [frame for frame in heard if frame["t"] == "ack"]
    assert {name: ack["r"][0][name] for name in NOT_SIGNED} == NOT_SIGNED


async def test_an_open_connection_learns_of_the_key_at_once(tmp_path: Path, key: SecretKey) -> None:
    async with listening(tmp_path) as site:
        await asyncio.to_thread(site.premises.receive)
        async with site.wire() as wire:
            await wire.say(hello(site.edge.tickets.issue(await site.sign_in(ZHOU, device=TABLET)), device=TABLET))
            await wire.hear()
            await register(site, key)

            b = 0
            async with asyncio.timeout(10):  # less than until the next heartbeat, at which it is asked for anyway
                while (await wire.push(note(seq=(b := b + 1)), b=b))[0]["verdict"] != "auth":
                    assert b < 10_000


async def test_a_later_key_takes_the_place_of_the_first(site: Site, key: SecretKey) -> None:
    newer = SecretKey()
    await register(site, key)
    await push(site, note(key))
    await register(site, newer)
    await register(site, newer)

    assert await push(site, note(key, seq=2), note(newer, seq=3)) == [("auth", "not-signed"), ("applied", None)]
    registered = [one.fact for one in site.edge.centre.read(device_stream(ZHOU.id, TABLET))]
    assert [one.key for one in registered if isinstance(one, DeviceKeyRegistered)] == [key.public, newer.public]
    assert counted(site)[0] == 2


async def test_a_key_is_registered_by_its_owner_on_their_own_device_and_with_a_fresh_proof(site: Site) -> None:
    key = SecretKey()

    async def tried(who: Actor, device: UUID | None, said: dict[str, str], later: int = 0) -> tuple[int, str]:
        async with await browser(site, who, device=device) as client:
            site.clock.advance(minutes=later)
            answer = await client.post(f"/api/devices/{TABLET}/key", json=said)
            return answer.status_code, answer.json().get("code", "") if answer.content else ""

    assert await tried(FATHER, TABLET, shown(key, FATHER)) == (403, "forbidden")
    assert await tried(ZHOU, uuid4(), shown(key)) == (404, "not-found")
    assert await tried(ZHOU, None, shown(key)) == (404, "not-found")
    assert await tried(ZHOU, TABLET, shown(key), later=6) == (403, "proof-needed")
    assert await tried(ZHOU, TABLET, shown(key, SUN)) == (422, "key-wrong")
    assert await tried(ZHOU, TABLET, shown(key, device=uuid4())) == (422, "key-wrong")
    assert await tried(ZHOU, TABLET, shown(key, public="A" * 42)) == (422, "key-wrong")
    assert await tried(ZHOU, TABLET, shown(key, algorithm="es256")) == (422, "key-wrong")
    assert await tried(ZHOU, TABLET, shown(key, algorithm="none")) == (400, "body-malformed")
    assert await push(site, note()) == [("applied", None)]
    assert await tried(ZHOU, TABLET, shown(key)) == (204, "")


FORGERIES = {
    "simply": NOT_SIGNED_FOUND,
    "as the centre": NOT_SIGNED_FOUND,
    "before the key": NOT_SIGNED_FOUND,
    "another name": NOT_SIGNED_FOUND,
    "no command's name": NOT_SIGNED_FOUND,
    "without a command": "its device signs what it sends, and this names no command",
    "as refused": "its command was not done, and recorded facts",
    "copied": WRONG_FOUND,
}


@pytest.mark.parametrize("how", FORGERIES)
async def test_somebody_who_writes_into_the_log_cannot_sign_for_the_device(
    site: Site, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an administrator can do who has every key of the service, and what is found then."""
    key = SecretKey()
    await register(site, key)
    await push(site, note(key))
    site.clock.advance(minutes=6)
    await push(site, note(key, seq=2))
    call = site.premises.call(AddNote(text="never written by her"), by=msgspec.structs.replace(ZHOU, device=TABLET))
    match how:
        case "copied":
            call = msgspec.structs.replace(call, signed=await asyncio.to_thread(signed_of, site, note(key)))
        case "as the centre":
            monkeypatch.setattr(Judge, "_role", Mock(return_value="centre"))
        case "before the key":
            monkeypatch.setattr(judging, "_meta", noted(recorded_at=site.clock() - timedelta(hours=1)))
        case "another name":
            monkeypatch.setattr(judging, "CommandApplied", partial(received, "record.print@1"))
        case "no command's name":
            monkeypatch.setattr(judging, "CommandApplied", partial(received, "case.note@0"))
        case "as refused":
            monkeypatch.setattr(judging, "CommandApplied", refused)
        case "without a command":
            monkeypatch.setattr(judging, "_meta", noted(command=None))
        case _:
            assert how == "simply"

    answer = await asyncio.to_thread(lambda: site.edge.centre.submit(call).result(60))

    assert answer.verdict == "applied"
    assert FORGERIES[how] in found(site)


def refused(*, signed: Any, offset: int, **how: Any) -> CommandRefused:
    """A receipt that says that the command was refused."""
    assert (signed, offset) != (b"", -1)
    return CommandRefused(
        verdict="refused", code="forbidden", params={}, options=(), payload=Sealed(ZHOU.id, value={}), **how
    )


def received(name: str, **how: Any) -> CommandApplied:
    """A receipt of a command of that name."""
    how["type"] = name
    return CommandApplied(**how)


def noted(**otherwise: Any) -> Any:
    """Meta of a command that says something else of some things."""
    made = vars(judging)["_meta"]

    def made_otherwise(*args: Any, **how: Any) -> Meta:
        meta: Meta = made(*args, **how)
        return msgspec.structs.replace(meta, **otherwise)

    return made_otherwise


async def test_an_empty_box_of_somebody_who_is_not_erased_is_no_signature(site: Site) -> None:
    centre = site.edge.centre
    receipt = CommandApplied(type="case.note@1", digest=bytes(32), lane=CASE, offset=1, signed=Sealed(ZHOU.id))
    meta = centre.read(CASE)[-1].meta

    says = says_of(Envelope(receipt_stream(ZHOU.id, uuid4()), 1, receipt, meta), (), centre.facts, centre.vault)

    assert says == "wrong"


def signed_of(site: Site, sent: dict[str, str]) -> bytes:
    """What the receipt of a command keeps of its signature."""
    centre = site.edge.centre
    (receipt,) = centre.read(receipt_stream(ZHOU.id, UUID(json.loads(sent["body"])["id"])))
    value: str = centre.facts.unseal(receipt, "signed")
    return msgspec.convert(value, bytes)


async def test_with_the_person_of_whom_a_command_spoke_its_signature_is_gone(site: Site, key: SecretKey) -> None:
    await register(site, key)
    await push(site, note(key))
    case = site.edge.centre.case(CASE)
    assert case.applicant is not None

    await asyncio.to_thread(site.edge.centre.vault.destroy, case.applicant)

    signatures = looked_at(site)
    assert (signatures.signed, signatures.gone) == (0, 1)
    (receipt,) = site.edge.centre.read(receipt_stream(ZHOU.id, UUID(json.loads(note()["body"])["id"])))
    assert site.edge.centre.facts.unseal(receipt, "signed") is None


async def test_the_signature_of_what_speaks_of_somebody_else_is_erased_with_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, call = uuid4(), site.premises.call(AddNote(text="字"), by=msgspec.structs.replace(ZHOU, device=TABLET))
    kept = [(CASE, CaseNoted(text=Sealed(person, value="字"))) for person in (ZHOU.id, caller)]
    monkeypatch.setattr(judging, "decide", Mock(return_value=kept))

    signed = msgspec.structs.replace(call, signed=bytes(96))
    answer = await asyncio.to_thread(lambda: site.edge.centre.submit(signed).result(60))

    assert answer.verdict == "applied"
    (receipt,) = site.edge.centre.read(receipt_stream(ZHOU.id, call.id))
    assert isinstance(receipt.fact, CommandApplied)
    assert receipt.fact.signed is not None
    assert receipt.fact.signed.person == caller


async def test_whoever_replays_a_case_sees_what_was_signed(site: Site, key: SecretKey) -> None:
    await register(site, key)
    await push(site, note(key), note(key, seq=2))
    case = site.edge.centre.case(CASE)

    async def seen() -> list[tuple[str, str]]:
        async with await browser(site, GU) as client:
            moments = (await client.get(f"/api/cases/{CASE}/history")).json()["moments"]
        return [(one["tag"], one["signature"]) for one in moments if one["tag"] != "record.viewed"]

    before = await seen()
    assert case.applicant is not None
    await asyncio.to_thread(site.edge.centre.vault.destroy, case.applicant)

    assert ("case.filed", "") in before
    assert before[-2:] == [("case.noted", "good")] * 2
    assert (await seen())[-2:] == [("case.noted", "gone")] * 2


async def test_a_file_of_unsent_work_names_no_device_and_asks_who_brings_it(site: Site, key: SecretKey) -> None:
    await register(site, key)
    file = {"doorstep": "rescue", "version": 1, "person": str(ZHOU.id), "intents": [note()], "pages": []}
    async with await browser(site, ZHOU, device=TABLET) as client:
        site.clock.advance(minutes=6)
        late = await client.post("/api/rescue", json=file)
    async with await browser(site, ZHOU, device=TABLET) as client:
        brought = await client.post("/api/rescue", json=file)

    assert (late.status_code, late.json()["code"]) == (403, "proof-needed")
    assert [one["verdict"] for one in brought.json()["verdicts"]] == ["applied"]
    assert [one.meta.device for one in site.edge.centre.read(CASE)][-1] is None
    assert found(site) == []


async def test_a_client_in_python_signs_what_it_sends(site: Site, key: SecretKey) -> None:
    client = site.device(ZHOU, key=key, device=TABLET)
    await register(site, key)

    async with client:
        _, answer = client.submit(AddNote(text="字"), lane=CASE)
        assert (await asyncio.wait_for(answer, 30)).verdict == "applied"

    assert counted(site)[0] == 1
