"""Several processes on one SQLite log: none of them ever hears that it is locked, and whoever waits gets their turn."""

import fcntl
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.places import ROOT
from domain.case.commands import AddNote
from domain.case.facts import CaseNoted
from store.sqlite_lock import LockTimeout, Turnstile
from tests.cast import CASE, ZHOU
from tests.premises import Premises, Site

NOTE = AddNote(text="已电话联系")
CROWD = {
    "first": ("note", 40),
    "second": ("note", 40),
    "comes and goes": ("open-and-close", 6),
    "reader": ("read", 30),
    "backup": ("checkpoint", 60),
}


def crowd(site: Site) -> dict[str, subprocess.Popen[str]]:
    """Every role as a process of its own, all at once."""
    return {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.store.crowd", site.as_text(), role, name, str(times)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, (role, times) in CROWD.items()
    }


def test_processes_that_append_read_open_and_checkpoint_never_meet_a_locked_database(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with site.opened() as premises:
        premises.receive()
        processes = crowd(site)
        said = {name: json.loads(process.communicate(timeout=60)[0]) for name, process in processes.items()}

        assert {process.returncode for process in processes.values()} == {0}
        assert said == {
            "first": {"applied": 40},
            "second": {"applied": 40},
            "comes and goes": {"applied": 6},
            "reader": {"read": 30},
            "backup": {"checkpoint": 60},
        }
        noted = [e for e in premises.centre.read(CASE) if isinstance(e.fact, CaseNoted)]
        assert len(noted) == 86
        assert leaves(premises) == list(range(premises.centre.head()))


def leaves(premises: Premises) -> list[int | None]:
    return [leaf.number for leaf in premises.centre.event_log.leaves_after(0, 100_000)]


def test_processes_that_make_the_same_new_log_get_one_log(tmp_path: Path) -> None:
    made = "import store, sys; from store.sqlite import LogFactory as F; f = F({'SQLITE_DBNAME': sys.argv[1]}); "
    made += "print(f.application_recorder().origin(sys.argv[2])); f.close()"

    processes = [
        subprocess.Popen(
            [sys.executable, "-c", made, str(tmp_path / "log.db"), str(n)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    origins = [process.communicate(timeout=60)[0].strip() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4
    assert len(set(origins)) == 1


# The turnstile


class Visitor(threading.Thread):
    """Somebody who waits for the right to write, and leaves at once."""

    def __init__(self, turnstile: Turnstile, name: str, order: list[str]) -> None:
        super().__init__(name=name)
        self._turnstile = turnstile
        self._order = order

    def run(self) -> None:
        """Go through once."""
        with self._turnstile.passed():
            self._order.append(self.name)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def is_locked(path: Path) -> bool:
    probe = Turnstile(str(path), timeout=0)
    try:
        with probe.passed():
            return False
    except LockTimeout:
        return True
    finally:
        probe.close()


def someone_waits_at_the_door(path: Path) -> bool:
    """Whether the lock of the turn is taken, by whoever waits for the room."""
    with Path(f"{path}-turn").open("rb") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_whoever_has_written_does_not_write_again_before_the_one_who_waits(tmp_path: Path) -> None:
    path, order = tmp_path / "log.db", list[str]()
    busy, waiting = (Turnstile(str(path), timeout=10) for _ in range(2))
    visitor = Visitor(waiting, "waiting", order)
    with busy.passed():
        visitor.start()
        until(lambda: someone_waits_at_the_door(path))
        order.append("busy")
    with busy.passed():
        order.append("busy again")
    visitor.join()

    assert order == ["busy", "waiting", "busy again"]
    busy.close()
    waiting.close()


def test_a_wait_for_one_who_never_leaves_has_an_end(tmp_path: Path) -> None:
    stuck, patient = Turnstile(str(tmp_path / "log.db"), timeout=1), Turnstile(str(tmp_path / "log.db"), timeout=0.05)

    with stuck.passed(), pytest.raises(LockTimeout), patient.passed():
        pass

    with patient.passed():
        assert is_locked(tmp_path / "log.db")
    stuck.close()
    patient.close()


def test_a_process_that_is_killed_gives_the_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    holds = "import store, sys, time; from store.sqlite_lock import Turnstile as T\n"
    holds += "with T(sys.argv[1], timeout=9).passed(): print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", holds, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert is_locked(path)

    process.kill()
    process.communicate()

    assert not is_locked(path)


def test_a_stuck_process_makes_the_writer_busy_and_not_silent(tmp_path: Path) -> None:
    site = Site(tmp_path, {"SQLITE_LOCK_TIMEOUT": "1"})
    with site.opened() as premises:
        premises.receive()
        with premises.held_up():
            answer = premises.do(NOTE, by=ZHOU)

        assert answer.params == {"reason": "busy"}
        assert premises.do(NOTE, by=ZHOU).verdict == "applied"
