"""Requests a second over HTTP: the first page of ten thousand, one case, a new one; PocketBase is the peer.

Both are asked by wrk over 16 connections, in turn, on the same machine. What differs and cannot be made alike: ours
checks a filing by the rules of its item and writes it to the disk before it answers, and a look at a case by a member
of staff is a fact of its own on the disk; the peer does neither. So one case is also asked for by its applicant, whose
look is nobody's business.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from uuid import uuid4

import msgspec

from bootstrap.places import ROOT
from domain.actors import Actor
from sync import frames as fr
from tests.bench import town
from tests.bench.figures import Figure, interleaved
from tests.bench.intents import pushes
from tests.bench.peers.http import pocketbase
from tests.bench.service import Service, free_port, serving
from tests.cast import ZHOU

CASES = 10_000
OWN = 500
"""Cases of the one applicant who asks for theirs; as many as the peer's `get` chooses from."""
FILINGS = 6_000
"""Of a round; more than are answered in its time."""
PEOPLE = 200
CONNECTIONS = 16
SECONDS = 4
ROUNDS = 3
REACH = 1.0
NAME = "http"
PEERS = ROOT / "tests" / "out" / "peers" / "http"

Scripts = Iterator[Path]
"""A script for each round; mostly the same one again."""

_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def measure(folder: Path) -> Iterator[Figure]:
    """Three operations, and the fourth that only we have; nothing where wrk or the peer is not there."""
    wrk = shutil.which("wrk")
    if wrk is None:
        print("wrk is not installed (apt-get install wrk): HTTP is not measured", file=sys.stderr)
        return
    program = pocketbase.installed(PEERS)
    if program is None:
        print("peer not installed (PocketBase could not be fetched): HTTP is not measured", file=sys.stderr)
        return
    staff, applicants = _prepared(folder)
    with serving(folder) as ours, pocketbase.serving(program, folder / "pocketbase", free_port()) as peer:
        load = _Load(Path(wrk), folder)
        mine = _our_scripts(load, ours, staff=staff, applicants=applicants)
        theirs = _their_scripts(load, peer)
        for job, script, against in (
            ("HTTP: first page of 10,000, requests a second", "list", "list"),
            ("HTTP: one case, by its applicant", "get-own", "get"),
            ("HTTP: one case, by staff, each look recorded on disk", "get", "get"),
            ("HTTP: a new case, checked and on disk", "create", "create"),
        ):
            yield _figure(job, load, (ours.origin, mine[script]), (peer.origin, theirs[against]))


def _figure(job: str, load: _Load, ours: tuple[str, Scripts], theirs: tuple[str, Scripts]) -> Figure:
    mine, peer, ratio = interleaved(lambda: load.rate(*ours), lambda: load.rate(*theirs), rounds=ROUNDS, warm=False)
    return Figure(job=job, ours=mine, limit=peer, ratio=ratio, unit="requests/s", reach=REACH)


def _prepared(folder: Path) -> tuple[str, list[str]]:
    """A centre with ten thousand cases, and the tokens of a clerk and of applicants."""
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed(NAME, range(OWN), people=1))
        town.give(centre, town.filed(NAME, range(OWN, CASES), people=PEOPLE))
        return town.signed_in(centre, ZHOU), [town.signed_in(centre, town.person(n)) for n in range(PEOPLE)]


class _Load:
    """wrk, with the scripts that it runs."""

    def __init__(self, wrk: Path, folder: Path) -> None:
        self._wrk = wrk
        self.folder = folder

    def script(self, name: str, headers: Mapping[str, str], requests: str) -> Path:
        """A script of wrk: `requests` is the body of a Lua chunk that ends with the function `request`."""
        path = self.folder / f"{name}.lua"
        said = "".join(f"wrk.headers[{_lua(key)}]={_lua(value)}\n" for key, value in headers.items())
        path.write_text(said + requests, encoding="utf-8")
        return path

    def rate(self, origin: str, scripts: Scripts) -> float:
        """Requests a second, with the next of the scripts.

        Raises:
            AssertionError: one of them was not answered well.
        """
        script = next(scripts)
        how = ("--timeout", "60s", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s")
        command = [str(self._wrk), *how, "-s", str(script), origin]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        bad = next(iter(_BAD.findall(said)), None)
        assert bad is None, f"{script.name}: {bad} answers were no good"
        found = _RATE.search(said)
        assert found is not None, said
        return float(found[1])


def _our_scripts(load: _Load, service: Service, *, staff: str, applicants: list[str]) -> dict[str, Scripts]:
    clerk, applicant = _cookie(staff), _cookie(applicants[0])
    posting = {"origin": service.origin, "content-type": "application/json"}
    own = [f"/api/cases/{town.case_id(NAME, n)}" for n in range(OWN)]
    filings = [_each_once(path) for path in _filings(load.folder, applicants)]
    return {
        "list": repeat(load.script("list", clerk, _always("/api/queue?first=25"))),
        "get": repeat(load.script("get", clerk, _any_of(own))),
        "get-own": repeat(load.script("get-own", applicant, _any_of(own))),
        "create": iter([load.script(f"create-{n}", posting, chunk) for n, chunk in enumerate(filings)]),
    }


def _cookie(token: str) -> dict[str, str]:
    return {"cookie": f"doorstep_session={token}"}


def _filings(folder: Path, applicants: Sequence[str]) -> Iterator[Path]:
    """Long polls that file one case each from a device of its own, others for every round; made before it begins."""
    for number in range(ROUNDS):
        path = folder / f"filings-{number}"
        with path.open("w", encoding="utf-8") as file:
            for n in range(number * FILINGS, (number + 1) * FILINGS):
                who = n % PEOPLE
                file.write(f"{_cookie(applicants[who])['cookie']}\n{_poll(n, town.person(who))}\n")
        yield path


def _poll(n: int, by: Actor) -> str:
    case = town.case_id("http new", n)
    filing = town.filing(case, n)
    outbox = fr.Outbox(n=1, next_seq=2)
    hello = fr.Hello(v=(1, 1), app="bench", device=uuid4(), ticket="", outbox=outbox, wall=town.now())
    (push,) = pushes([(filing.command, case, filing.files)], by)
    return f"[{msgspec.json.encode(hello).decode()},{push.decode()}]"


def _each_once(polls: Path) -> str:
    """Two lines a request: the cookie, and the body."""
    return (
        f"local file=io.open({_lua(str(polls))})\n"
        "request=function()\n"
        "  wrk.headers['cookie']=file:read('*l')\n"
        "  return wrk.format('POST','/sync/x',nil,file:read('*l'))\n"
        "end\n"
    )


def _their_scripts(load: _Load, peer: pocketbase.Peer) -> dict[str, Scripts]:
    headers = {"Authorization": peer.token, "Content-Type": "application/json"}
    body = json.dumps(pocketbase.case_body(title="Noise at night", district="d5", status="open"))
    creating = f"request=function() return wrk.format('POST',{_lua(pocketbase.RECORDS)},nil,{_lua(body)}) end\n"
    return {
        "list": repeat(load.script("their-list", headers, _always(pocketbase.LIST))),
        "get": repeat(load.script("their-get", headers, _any_of([f"{pocketbase.RECORDS}/{id}" for id in peer.ids]))),
        "create": repeat(load.script("their-create", headers, creating)),
    }


def _always(path: str) -> str:
    return f"request=function() return wrk.format('GET',{_lua(path)}) end\n"


def _any_of(paths: Sequence[str]) -> str:
    listed = ",".join(map(_lua, paths))
    return f"local paths={{{listed}}}\nrequest=function() return wrk.format('GET',paths[math.random(#paths)]) end\n"


def _lua(text: str) -> str:
    return json.dumps(text)
