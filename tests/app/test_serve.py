"""The service as its own process: it says in one sentence why it cannot start, and stops in order."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from bootstrap.places import ROOT
from sync.frames import MAX_CLIENT_FRAME_BYTES, SUBPROTOCOL, CloseCode
from web.demo.centre import PASSWORD, RESIDENT_PHONE
from web.starting import CannotStart, listen, require_sqlite

PATIENCE_SECONDS = 120.0
STOPS_WITHIN = 30.0
UP = "Doorstep is open"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "web", "serve", *arguments]


def head_of_chunks(port: int) -> bytes:
    """A request whose body comes in pieces."""
    at = f"localhost:{port}"
    head = f"POST /session/code HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\ncontent-type: application/json\r\n"
    return f"{head}transfer-encoding: chunked\r\n\r\n".encode()


def failure(*arguments: str, **environment: str) -> str:
    """What a start that fails says on the error output."""
    ended = subprocess.run(
        command(*arguments), cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    return ended.stderr


@contextmanager
def running(
    data: Path, port: int, *arguments: str, demo: bool = False, **environment: str
) -> Generator[subprocess.Popen[str]]:
    """A centre that serves from `data`, empty unless `demo`; what it prints goes into a file beside it, `.said`."""
    said = data.with_name(f"{data.name}.said")
    with said.open("w") as out:
        process = subprocess.Popen(
            command(*([] if demo else ["--empty"]), "--data", str(data), "--port", str(port), *arguments),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while UP not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def app_socket(port: int) -> connect:
    """A socket as the app opens it."""
    origin, protocols = Origin(f"http://localhost:{port}"), [Subprotocol(SUBPROTOCOL)]
    return connect(f"ws://localhost:{port}/sync", origin=origin, subprotocols=protocols)


def test_a_busy_port_is_named_with_another_one(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        said = failure("--empty", "--data", str(tmp_path), "--port", str(port))

    assert said.startswith(f"Port {port} is in use by another program")
    assert f"--port {port + 1}" in said


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file stands in the way: the same mistake whoever runs the tests, root included."""
    (tmp_path / "file").write_text("")

    said = failure("--empty", "--data", str(tmp_path / "file" / "data"), "--port", str(free_port()))

    assert said.startswith(f"The data folder {tmp_path / 'file' / 'data'} cannot be written")
    assert "--data" in said


def test_a_data_folder_is_used_by_one_server_only(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()

        said = failure("--empty", "--data", str(tmp_path), "--port", str(free_port()))

    assert said.startswith(f"The data folder {tmp_path} is in use by another Doorstep (process 4711)")


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("STAFF_HOURS", "0")])
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, name: str, value: str) -> None:
    said = failure("--empty", "--data", str(tmp_path), **{f"DOORSTEP_{name}": value})

    assert f"DOORSTEP_{name}" in said
    assert value in said


def test_a_sqlite_that_can_damage_the_log_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.SAFE_SQLITE", (99, 0, 0))

    with pytest.raises(CannotStart, match=r"SQLite 3\S+ is too old: 99.0.0 is needed"):
        require_sqlite()


def test_an_address_of_another_machine_is_named(tmp_path: Path) -> None:
    said = failure("--empty", "--data", str(tmp_path), "--host", "192.0.2.1", "--port", str(free_port()))

    assert said.startswith("This machine has no address 192.0.2.1")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_logs_as_json_and_stops_in_order(tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as process:
        answer = httpx.get(f"http://localhost:{port}/session", timeout=PATIENCE_SECONDS)
        process.send_signal(how)
        code = process.wait(STOPS_WITHIN)

    lines = [json.loads(line) for line in (tmp_path / "data" / "doorstep.log").read_text().splitlines()]
    assert answer.json()["person"] is None
    assert "server" not in answer.headers
    assert code == 0
    assert [(line["event"], line["path"], line["status"]) for line in lines] == [("request", "/session", 200)]


async def test_an_open_socket_is_told_to_come_back(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port) as process:
        async with app_socket(port) as socket:
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        code = process.wait(STOPS_WITHIN)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.RESTARTING
    assert closed.value.rcvd.reason.isdecimal()
    assert code == 0


async def test_a_frame_larger_than_any_honest_one_ends_the_connection(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port):
        async with app_socket(port) as socket:
            extensions = socket.protocol.extensions
            await socket.send("x" * (MAX_CLIENT_FRAME_BYTES + 1))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()

    assert extensions == []
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_answers_do_not_wait_for_the_acknowledgement_of_the_last_packet() -> None:
    """asyncio switches Nagle's algorithm off only for sockets that are named as TCP."""
    with listen("127.0.0.1", free_port()) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_after_a_kill_the_same_folder_serves_again(tmp_path: Path) -> None:
    port = free_port()
    for _ in range(2):
        with running(tmp_path / "data", port) as process:
            assert httpx.get(f"http://localhost:{port}/healthz", timeout=PATIENCE_SECONDS).json() == {"ok": True}
            process.kill()


def test_a_head_that_does_not_end_is_not_waited_for(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port, DOORSTEP_HEADER_SECONDS="1"):
        for start in (b"", b"GET / HTTP/1.1\r\nhost: x\r\n", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET / HT"):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as slow:
                slow.sendall(start)
                received = b""
                while chunk := slow.recv(65_536):
                    received += chunk

            assert received.count(b"HTTP/1.1") == start.count(b"\r\n\r\n")


def test_a_head_that_is_too_large_is_refused(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port):
        answer = httpx.get(
            f"http://localhost:{port}/healthz", headers={"x-large": "a" * 20_000}, timeout=PATIENCE_SECONDS
        )

    assert (answer.status_code, answer.json()["code"]) == (431, "body-too-large")


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"])
def test_a_head_that_grows_without_end_ends_its_connection(tmp_path: Path, before: bytes) -> None:
    port = free_port()
    with running(tmp_path / "data", port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as endless, suppress(ConnectionError):
            endless.sendall(before + b"GET / HTTP/1.1\r\nhost: localhost\r\n")
            for number in range(100):
                endless.sendall(f"x-{number}: {'a' * 1_000}\r\n".encode())
            while endless.recv(65_536):
                pass

        assert httpx.get(f"http://localhost:{port}/healthz", timeout=PATIENCE_SECONDS).json() == {"ok": True}


@pytest.mark.parametrize("line", [b"x: " + b"a" * 1_000 + b"\r\n", b"a" * 1_000], ids=["many", "one"])
def test_what_follows_a_body_without_end_ends_its_connection(tmp_path: Path, line: bytes) -> None:
    port, sent = free_port(), 0
    with running(tmp_path / "data", port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as endless, suppress(ConnectionError):
            endless.sendall(head_of_chunks(port) + b"0\r\nx: a\r\nx: ")
            while sent < 50_000_000:  # more than fits between the two
                endless.sendall(line * 20)
                sent += len(line) * 20

        assert httpx.get(f"http://localhost:{port}/healthz", timeout=PATIENCE_SECONDS).json() == {"ok": True}
    assert sent < 50_000_000


def test_a_large_body_in_small_chunks_is_taken(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port), socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
        slow.sendall(head_of_chunks(port) + b"".join(b"3e8\r\n" + b" " * 1_000 + b"\r\n" for _ in range(40)))
        slow.sendall(b"0\r\nx: a\r\n\r\n")
        answered = slow.recv(65_536)

    assert answered.startswith(b"HTTP/1.1 400")


def test_the_demo_centre_says_how_to_sign_in_and_the_ways_work(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "data", port, demo=True):
        origin = f"http://localhost:{port}"
        with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=PATIENCE_SECONDS) as client:
            client.post("/session/code", json={"phone": RESIDENT_PHONE})
            code = client.get("/demo/inbox.json").json()["messages"][0]["code"]
            resident = client.post("/session/resident", json={"phone": RESIDENT_PHONE, "code": code})
            staff = client.post("/session/staff", json={"username": "guwen", "password": PASSWORD})
            items = client.get("/api/catalogue").json()["items"]
            rows = client.post("/api/cases/search", json={}).json()["rows"]
            issued = next(row["id"] for row in rows if row["body"]["status"] == "delivered")
            paper = client.get(f"/api/cases/{issued}/result.pdf")

    said = (tmp_path / "data.said").read_text()
    assert (resident.status_code, staff.status_code) == (200, 200)
    assert all(word in said for word in (RESIDENT_PHONE, code, PASSWORD, "zhoumin", f"{origin}/demo/inbox"))
    assert len(items) == 43
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["content-type"] == "application/pdf"


def test_phones_in_the_same_network_get_https_a_code_and_the_way_to_trust_it(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    with running(data, port, "--lan"):
        trust = ssl.create_default_context(cafile=str(data / "lan" / "ca.crt"))
        with httpx.Client(verify=trust, base_url=f"https://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as phone:
            page, certificate = phone.get("/lan"), phone.get("/lan/ca.crt")
            session = phone.get("/session", timeout=PATIENCE_SECONDS)

    said = (tmp_path / "data.said").read_text()
    fingerprint = next(line.rpartition(" ")[2] for line in said.splitlines() if "fingerprint" in line)
    assert fingerprint in page.text
    assert certificate.headers["content-type"] == "application/x-x509-ca-cert"
    assert certificate.content == (data / "lan" / "ca.crt").read_bytes()
    assert session.status_code == 200
    assert "strict-transport-security" not in session.headers
    assert "█" in said
    assert "online mode only" in said
    assert (data / "lan" / "ca.key").stat().st_mode & 0o777 == 0o600


def test_a_phone_that_trusts_this_machine_once_trusts_it_after_every_restart(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    authorities: list[bytes] = []
    for _ in range(2):
        with running(data, port, "--lan"):
            authorities.append((data / "lan" / "ca.crt").read_bytes())

    assert authorities[0] == authorities[1]
