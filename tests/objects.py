"""S3-compatible storage for tests: rclone's own server over a folder."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from store.bucket import Bucket

NAME = "doorstep"
ACCOUNT = ("doorstep-tests", "an-open-secret")
STARTS_WITHIN = 30.0


class Storage:
    """A server of objects.

    Attributes:
        folder: what it holds: buckets as folders, objects as files.
        endpoint: its address.
    """

    def __init__(self, folder: Path, port: int, server: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.endpoint = f"http://127.0.0.1:{port}"
        self._server = server

    def stop(self) -> None:
        """Be gone, as for a fault of the network."""
        self._server.kill()
        self._server.wait()

    def bucket(self, prefix: str, *, name: str = NAME) -> Bucket:
        """A bucket of it, with what is this test's alone."""
        return Bucket(endpoint=self.endpoint, name=name, prefix=prefix, access_key=ACCOUNT[0], secret_key=ACCOUNT[1])


@contextmanager
def serving_objects(folder: Path) -> Generator[Storage]:
    """Serve `folder` as S3 until the end of the block."""
    (folder / NAME).mkdir(parents=True, exist_ok=True)
    port = _free_port()
    server = subprocess.Popen(
        [
            *(Path(sys.executable).with_name("rclone"), "serve", "s3", folder, "--config", "/dev/null"),
            *("--addr", f"127.0.0.1:{port}", "--auth-key", ",".join(ACCOUNT), "--no-cleanup", "--poll-interval", "0"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield Storage(folder, port, server)
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """One server for all tests of a session."""
    with serving_objects(tmp_path_factory.mktemp("storage")) as served:
        yield served


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    until = monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if monotonic() > until:
                raise
            sleep(0.05)
        else:
            return
