"""Two nodes on one log: one effect for a command, fresh states, shared keys, and a server that dies."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
import pytest

from domain.actors import Actor
from domain.case.commands import AddNote, ClaimCase
from domain.case.facts import CaseFiled, CaseNoted
from domain.decisions import Call
from projections.rebuilding import verify
from projections.runner import Runner
from store.answers import Answer
from store.erasure import Erasure
from store.files import FileStore
from store.places import FolderPlaces
from store.program import own_name
from store.staging import Staging
from tests.cast import CASE, LIN, ZHOU, Filing, resident
from tests.postgres import USER, Server
from tests.premises import Premises, Site

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

NOTE = AddNote(text="已电话联系")


class Node:
    """A centre with views of its own."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises = premises
        self.centre = premises.centre
        self.views = folder / "views"
        self.views.mkdir()
        self.erasure = Erasure(
            self.centre,
            FileStore(FolderPlaces(folder / "files"), self.centre.vault),
            Staging(folder / "uploads", self.centre.vault),
        )
        self.runner = Runner(self.centre, self.views, publish=lambda _: None)

    def settle(self) -> None:
        """Wait until the views have everything that is in the log now."""
        assert self.runner.wait(self.centre.head(), timeout=30)


@contextmanager
def node_on(site: Site, folder: Path, name: str) -> Generator[Node]:
    """A node whose folder holds nothing but the master key."""
    folder.mkdir()
    shutil.copy(site.folder / "master.key", folder)
    with site._replace(folder=folder).opened(name=name) as premises:
        node = Node(premises, folder)
        node.runner.start()
        try:
            yield node
        finally:
            node.runner.stop()


@pytest.fixture
def nodes(furnished_site: Site, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Two nodes on one log."""
    with ExitStack() as open_nodes:
        here, there = (
            open_nodes.enter_context(node_on(furnished_site, tmp_path / name, name)) for name in ("here", "there")
        )
        yield here, there


def insisting(node: Node, call: Call, *, seconds: float = 60) -> Answer:
    """The answer to a call that is sent again as long as it is to be, as a device does."""
    ends = time.monotonic() + seconds
    while (answer := node.centre.submit(call).result(seconds)).verdict == "retry":
        assert time.monotonic() < ends
        time.sleep(0.02)
    return answer


def test_a_command_that_comes_to_both_nodes_has_one_effect(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    here.premises.receive()
    calls = [here.premises.call(NOTE, by=ZHOU) for _ in range(40)]

    sent = [[node.centre.submit(call) for node in nodes] for call in calls]
    answers = [[future.result(30) for future in both] for both in sent]

    assert {tuple(sorted(answer.verdict for answer in both)) for both in answers} == {("applied", "duplicate")}
    assert [both[0].pos for both in answers] == [both[1].pos for both in answers]
    notes = [e for e in there.centre.read(CASE) if isinstance(e.fact, CaseNoted)]
    assert [note.meta.command for note in notes] == [call.id for call in calls]


def test_each_node_is_known_to_the_others_by_its_program_and_its_machine(
    nodes: tuple[Node, Node], furnished_site: Site
) -> None:
    def session(name: str) -> psycopg.Connection[tuple[object, ...]]:
        host, database = (furnished_site.env[f"POSTGRES_{of}"] for of in ("HOST", "DBNAME"))
        return psycopg.connect(host=host, user=USER, dbname=database, application_name=name)

    with session("doorstep 0123456789abcdef elsewhere:1"), session("psql"):
        known = nodes[0].centre.event_log.nodes()

    assert sorted(known) == sorted([own_name(), "doorstep 0123456789abcdef elsewhere:1"])


def test_both_nodes_decide_on_what_the_other_has_written(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    here.premises.receive()

    assert there.premises.do(ClaimCase(), by=LIN).verdict == "applied"
    assert here.premises.do(ClaimCase(), by=ZHOU).code == "already-claimed"


def test_numbers_that_both_nodes_give_out_are_dense(nodes: tuple[Node, Node]) -> None:
    cases = [uuid5(CASE, f"dense {n}") for n in range(40)]

    def file(n: int) -> str:
        return nodes[n % 2].premises.file(case=cases[n]).verdict

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(file, range(40))) == {"applied"}

    filed = [nodes[0].centre.read(case)[0].fact for case in cases]
    numbers = [int(fact.filing_number.split("-")[2]) for fact in filed if isinstance(fact, CaseFiled)]
    assert sorted(numbers) == list(range(1, 41))


def test_what_one_node_sealed_the_other_opens_and_seals_under_the_same_key(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    newcomer = resident("newcomer")
    case = uuid5(CASE, "newcomer's")
    filing = Filing(case=case)
    assert here.premises.file(filing, by=newcomer, case=case).verdict == "applied"

    (filed,) = there.centre.read(case)

    assert there.centre.unseal(filed, "answers") == here.centre.unseal(filed, "answers")
    assert there.centre.vault.key(newcomer.id) == here.centre.vault.key(newcomer.id) is not None
    assert there.centre.key_for("anything") == here.centre.key_for("anything")


def test_of_two_nodes_that_first_seal_for_a_person_at_once_both_end_with_one_key(nodes: tuple[Node, Node]) -> None:
    newcomers = [resident(f"newcomer {n}") for n in range(10)]
    together = threading.Barrier(2)

    def case_of(who: Actor, n: int) -> UUID:
        return uuid5(who.id, f"case on node {n}")

    def file(n: int) -> set[str]:
        together.wait()
        return {nodes[n].premises.file(by=who, case=case_of(who, n)).verdict for who in newcomers}

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(file, range(2))) == [{"applied"}, {"applied"}]

    for who, n in product(newcomers, range(2)):
        filed, *_ = nodes[0].centre.read(case_of(who, n))
        for node in nodes:
            assert node.centre.unseal(filed, "answers")["applicant_name"] == "陈志远"


def test_a_person_who_was_erased_on_one_node_is_gone_from_the_other(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    newcomer = resident("newcomer")
    case = uuid5(CASE, "newcomer's")
    assert here.premises.file(Filing(case=case), by=newcomer, case=case).verdict == "applied"
    filed, *_ = there.centre.read(case)
    assert there.centre.unseal(filed, "answers")
    there.settle()

    erased = here.erasure.erase(newcomer.id, reason="retention-ended", basis="测试", open_cases_confirmed=True)
    there.erasure.finish()
    there.settle()

    assert erased.verdict == "applied"
    assert there.centre.unseal(filed, "answers") is None
    assert there.centre.vault.is_destroyed(newcomer.id)
    left = [file for file in there.views.rglob("*") if file.is_file() and "陈志远".encode() in file.read_bytes()]
    assert left == []


def test_views_of_both_nodes_follow_what_either_writes_and_agree(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    here.premises.receive()
    there.premises.do(ClaimCase(), by=ZHOU)
    here.premises.receive(case=uuid5(CASE, "another"))

    for node in nodes:
        node.settle()
        assert verify(node.centre, node.views) == []
    assert here.runner.position == there.runner.position == here.centre.head()


def test_nodes_go_on_by_themselves_when_the_server_is_killed_under_load(
    nodes: tuple[Node, Node], postgres: Server
) -> None:
    here, _ = nodes
    here.premises.receive()
    ended = threading.Event()
    applied: list[UUID] = []
    answers: Counter[str] = Counter()

    def work(node: Node) -> None:
        while not ended.is_set():
            call = node.premises.call(NOTE, by=ZHOU)
            answers[insisting(node, call).verdict] += 1
            applied.append(call.id)

    with ThreadPoolExecutor(8) as threads:
        working = [threads.submit(work, node) for node in nodes * 4]
        for _ in range(3):
            time.sleep(0.4)
            postgres.restart()
        time.sleep(0.4)
        ended.set()
        for future in working:
            future.result(60)

    noted = Counter(e.meta.command for e in here.centre.read(CASE) if isinstance(e.fact, CaseNoted))
    assert set(answers) <= {"applied", "duplicate"}
    assert answers["applied"] > 0
    assert noted == Counter(applied)
    leaves = here.centre.event_log.leaves_after(0, 100_000)
    assert [leaf.number for leaf in leaves] == list(range(len(leaves)))
    for node in nodes:
        node.settle()
