"""The private PostgreSQL keeps its promises to tests and campaigns."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap.places import ROOT
from tests.postgres import Server, running


def test_what_was_committed_survives_a_kill_and_an_orderly_stop(postgres: Server, database: str) -> None:
    postgres.sql("CREATE TABLE kept (n int)", database=database)
    postgres.sql("INSERT INTO kept VALUES (1)", database=database)

    postgres.restart()
    postgres.stop()
    postgres.start()

    assert postgres.sql("SELECT n FROM kept", database=database) == [(1,)]
    assert "was not properly shut down" in postgres.log.read_text()


def test_a_database_is_a_fresh_one_or_a_copy(postgres: Server, database: str) -> None:
    postgres.sql("CREATE TABLE kept (n int)", database=database)

    for template, found in (("template1", 0), (database, 1)):
        with postgres.database(template=template) as fresh:
            ((number,),) = postgres.sql("SELECT count(*) FROM pg_class WHERE relname = 'kept'", database=fresh)
            assert number == found


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="no_such_setting"), running(no_such_setting="1"):
        pass


def test_a_server_ends_with_whoever_started_it_however_that_ends() -> None:
    start = "import time\nfrom tests.postgres import running\n"
    start += "with running() as server:\n    print(server.folder, flush=True)\n    time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", start], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        folder = Path(starter.stdout.readline().strip())
        postmaster = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, 0)

        starter.send_signal(signal.SIGKILL)

    while (folder / "data" / "postmaster.pid").exists():
        time.sleep(0.01)
    shutil.rmtree(folder)
