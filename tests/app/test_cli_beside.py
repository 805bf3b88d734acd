"""Every command beside a service under load: nothing waits for ever, nothing is locked, and the service goes on."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread

from domain.case.commands import AddNote
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import ZHOU
from tests.premises import Premises

ROUNDS = 2
AT_ONCE = 20
WHY = ("--reason", "law-requires", "--basis", "appraisal 2026-14")


@contextmanager
def under_load(premises: Premises) -> Generator[list[str]]:
    """Keep commands under way; the verdicts that were given."""
    stop, verdicts = Event(), list[str]()

    def work() -> None:
        while not stop.is_set():
            waiting = [premises.centre.submit(premises.call(AddNote(text="on it"), by=ZHOU)) for _ in range(AT_ONCE)]
            verdicts.extend(answer.result(30).verdict for answer in waiting)

    thread = Thread(target=work)
    thread.start()
    try:
        yield verdicts
    finally:
        stop.set()
        thread.join()


def test_no_command_finds_anything_locked(home: Home) -> None:
    with home.opened(name="service") as premises:
        premises.receive()
        persons = [premises.centre.person_for_phone(f"1380000471{n}") for n in range(ROUNDS)]
        with under_load(premises) as verdicts:
            for person in persons:
                for words in (
                    ("keys", "status"),
                    ("keys", "rotate"),
                    ("erase", "--person", str(person), *WHY, "--yes"),
                    ("rebuild",),
                    ("rebuild", "--verify"),
                    ("check",),
                ):
                    said = home.types(*words)
                    assert said.code == 0, (words, said)

    assert set(verdicts) == {"applied"}
