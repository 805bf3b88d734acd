"""PocketBase (Go, SQLite) with ten thousand cases, rights on: the peer of `tests.bench.http`, put up in a folder."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
CASES = 10_000
AT_ONCE = 500
PASSWORD = "password123"
ADMIN, STAFF = "a@example.com", "u@example.com"
RECORDS = "/api/collections/cases/records"
LIST = f"{RECORDS}?perPage=25&sort=-created&filter=(district='d5'%26%26status='open')"
TEXTS = ("title", "description", "district", "status", "priority", "phone")
SIGNED_IN = "@request.auth.id != ''"
START_SECONDS = 30.0


class Peer:
    """A PocketBase that listens.

    Attributes:
        origin: its address.
        token: of a member of staff.
        ids: of the records that are asked for.
    """

    def __init__(self, origin: str, token: str, ids: list[str]) -> None:
        """Name what is known of it."""
        self.origin = origin
        self.token = token
        self.ids = ids


def installed(folder: Path) -> Path | None:
    """The program, installed in `folder` if it is not yet; None where it cannot be fetched."""
    program = folder / "bin" / "pocketbase"
    if not program.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), "-r", str(REQUIREMENTS)]
        if subprocess.run(command, check=False).returncode or not program.exists():
            return None
    return program


@contextmanager
def serving(program: Path, data: Path, port: int) -> Generator[Peer]:
    """A fresh PocketBase over `data`, filled; stopped at the end."""
    data.mkdir()
    folder = ["--dir", str(data / "data")]
    subprocess.run([program, "superuser", "upsert", ADMIN, PASSWORD, *folder], check=True, capture_output=True)
    with (data / "out").open("wb") as out:
        process = subprocess.Popen([program, "serve", *folder, "--http", f"127.0.0.1:{port}"], stdout=out, stderr=out)
    try:
        yield _filled(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def _filled(origin: str) -> Peer:
    with httpx.Client(base_url=origin, timeout=60, trust_env=False) as client:
        _answers(client)
        client.headers["authorization"] = _token(client, "_superusers", ADMIN)
        _collections(client)
        _settings(client)
        for first in range(0, CASES, AT_ONCE):
            requests = [{"method": "POST", "url": RECORDS, "body": _case(n)} for n in range(first, first + AT_ONCE)]
            client.post("/api/batch", json={"requests": requests}).raise_for_status()
        found = client.get(f"{RECORDS}?perPage=500").json()["items"]
        return Peer(origin, _token(client, "staff", STAFF), [one["id"] for one in found])


def _answers(client: httpx.Client) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            client.get("/api/health")
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _collections(client: httpx.Client) -> None:
    fields: list[dict[str, Any]] = [{"name": name, "type": "text"} for name in TEXTS]
    fields += [{"name": name, "type": "number"} for name in ("lat", "lng")]
    fields.append({"name": "created", "type": "autodate", "onCreate": True})
    fields.append({"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True})
    cases = {
        "name": "cases",
        "type": "base",
        "fields": fields,
        "indexes": ["CREATE INDEX ix1 ON cases (district, status, created)"],
        "listRule": SIGNED_IN,
        "viewRule": SIGNED_IN,
        "createRule": SIGNED_IN,
    }
    client.post("/api/collections", json=cases).raise_for_status()
    client.post("/api/collections", json={"name": "staff", "type": "auth"}).raise_for_status()
    person = {"email": STAFF, "password": PASSWORD, "passwordConfirm": PASSWORD, "verified": True}
    client.post("/api/collections/staff/records", json=person).raise_for_status()


def _settings(client: httpx.Client) -> None:
    batch = {"enabled": True, "maxRequests": AT_ONCE, "timeout": 30}
    client.patch("/api/settings", json={"batch": batch}).raise_for_status()


def _case(n: int) -> dict[str, Any]:
    status = random.Random(n).choice(["open", "open", "closed"])
    return case_body(title=f"case {n}", district=f"d{n % 13}", status=status)


def case_body(*, title: str, district: str, status: str) -> dict[str, Any]:
    """A record of ten fields."""
    return {
        "title": title,
        "description": "x" * 200,
        "district": district,
        "status": status,
        "priority": "2",
        "phone": "13800000000",
        "lat": 30.5,
        "lng": 114.3,
    }


def _token(client: httpx.Client, collection: str, identity: str) -> str:
    path = f"/api/collections/{collection}/auth-with-password"
    answer = client.post(path, json={"identity": identity, "password": PASSWORD})
    answer.raise_for_status()
    return str(answer.json()["token"])
