"""The independent verifier names what was done to a log, and finds nothing wrong with an honest one."""

import base64
import json
import random
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bootstrap.places import ROOT
from store import merkle, notes
from store.log import Entry, leaf_hash

FILE = ROOT / "verifier" / "verify.py"
ORIGIN = "6f2c"
SIGNER = notes.Signer(f"doorstep/{ORIGIN}", bytes(range(32)))
Event = dict[str, Any]


def load() -> ModuleType:
    spec = spec_from_file_location("verify", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = load()


def event(number: int, text: str = "text", *, origin: str = ORIGIN) -> Event:
    stored = f'{{"text":"{text} {number}"}}'.encode()
    entry = Entry(UUID(int=number // 3), number % 3 + 1, "case.noted", stored)
    return {
        "origin": origin,
        "stream": str(entry.stream),
        "version": entry.version,
        "tag": entry.tag,
        "stored": base64.b64encode(stored).decode(),
        "leaf": leaf_hash(origin, entry).hex(),
    }


def leaves(events: list[Event]) -> list[bytes]:
    return [bytes.fromhex(one["leaf"]) for one in events]


class InMemory:
    def __init__(self, hashes: list[bytes]) -> None:
        self.hashes = hashes

    def node(self, height: int, number: int) -> bytes:
        row = self.hashes[number << height : (number + 1) << height]
        while len(row) > 1:
            row = [merkle.parent(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]


def note(events: list[Event], signer: notes.Signer = SIGNER) -> str:
    root = merkle.root(InMemory(leaves(events)), len(events))
    return notes.signed(notes.Checkpoint(signer.name, len(events), root).text, [signer])


def exported(folder: Path, events: list[Event], checkpoint: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "checkpoint").write_text(checkpoint or note(events), encoding="utf-8")
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
    return folder


def said(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = verify.main([*map(str, arguments), "--key", SIGNER.verifier_key])
    return status, capsys.readouterr().out.strip()


HONEST = [event(number) for number in range(40)]


def test_it_imports_nothing_of_the_project_and_runs_without_it(tmp_path: Path) -> None:
    folder = exported(tmp_path / "export", HONEST)
    alone = tmp_path / "verify.py"
    alone.write_bytes(FILE.read_bytes())

    ran = subprocess.run(
        [sys.executable, "-I", alone, "export", folder, "--key", SIGNER.verifier_key],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"In order: these are the 40 events of doorstep/{ORIGIN}, as they were signed.\n"


def test_signatures_of_another_implementation_hold_and_altered_ones_do_not() -> None:
    chance = random.Random(7)
    for size in range(12):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), chance.randbytes(size * 9)
        signature = key.sign(message)
        assert verify.has_signed(public, message, signature)
        at = chance.randrange(64)
        spoilt = signature[:at] + bytes([signature[at] ^ 1 << chance.randrange(8)]) + signature[at + 1 :]
        assert not verify.has_signed(public, message, spoilt)
        assert not verify.has_signed(public, message + b"x", signature)


def test_an_answer_beyond_the_order_of_the_group_is_no_signature() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = key.sign(b"message")
    larger = int.from_bytes(signature[32:], "little") + verify.ORDER

    assert not verify.has_signed(
        key.public_key().public_bytes_raw(), b"message", signature[:32] + larger.to_bytes(32, "little")
    )


def test_its_leaves_and_roots_are_those_of_the_store() -> None:
    for size in range(40):
        assert verify.root_of(leaves(HONEST[:size])) == merkle.root(InMemory(leaves(HONEST)), size)
    for one in HONEST:
        stored = base64.b64decode(one["stored"])
        assert verify.leaf_of(ORIGIN, one["stream"], one["version"], one["tag"], stored).hex() == one["leaf"]


def rehashed(one: Event, **changes: Any) -> Event:
    """An event that was changed by somebody who computes hashes anew."""
    changed = {**one, **changes}
    entry = Entry(UUID(changed["stream"]), changed["version"], changed["tag"], base64.b64decode(changed["stored"]))
    return {**changed, "leaf": leaf_hash(changed["origin"], entry).hex()}


OTHER = base64.b64encode(b'{"text":"other"}').decode()
TAMPERED: dict[str, tuple[Callable[[list[Event]], list[Event]], str]] = {
    "edited": (
        lambda log: [*log[:7], {**log[7], "stored": OTHER}, *log[8:]],
        "event 7 was altered: it is not what its own hash says",
    ),
    "edited with a new hash": (
        lambda log: [*log[:7], rehashed(log[7], stored=OTHER), *log[8:]],
        "1 event was altered, the first of them event 7",
    ),
    "removed": (lambda log: [*log[:7], *log[8:]], "1 event was removed, the first of them event 7"),
    "inserted": (
        lambda log: [*log[:7], event(900), *log[7:]],
        "1 event was added among the events that were there, from event 7 on",
    ),
    "swapped": (
        lambda log: [*log[:7], log[8], log[7], *log[9:]],
        "events were put into another order, from event 7 on",
    ),
    "cut off": (lambda log: log[:30], "the last 10 events were cut off: the log had 40 and has 30"),
    "written anew": (
        lambda log: [event(number, "new") for number in range(40)],
        "the log was written anew from event 0 on",
    ),
    "another log": (
        lambda log: [event(number, origin="other") for number in range(40)],
        "event 0 is of another log",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_it_names_what_was_done_even_by_somebody_who_holds_the_key(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alter, sentence = TAMPERED[what]
    memory = tmp_path / "memory"
    said("log", exported(tmp_path / "before", HONEST), "--memory", memory, capsys=capsys)
    remembered = memory.read_bytes()

    altered = alter(HONEST)
    status, told = said("log", exported(tmp_path / "after", altered), "--memory", memory, capsys=capsys)

    assert (status, told) == (1, f"NOT in order: {sentence}.")
    assert memory.read_bytes() == remembered


@pytest.mark.parametrize("what", TAMPERED)
def test_an_export_that_was_altered_after_it_was_signed_is_refused(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alter, _ = TAMPERED[what]
    status, told = said("export", exported(tmp_path / "x", alter(HONEST), note(HONEST)), capsys=capsys)

    assert status == 1
    assert told.startswith("NOT in order: ")


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = note(HONEST, notes.Signer(SIGNER.name, b"x" * 32))
    status, told = said("export", exported(tmp_path / "x", HONEST, forged), capsys=capsys)

    assert (status, told) == (1, "NOT in order: the checkpoint is not signed with the key that was given.")


def test_honest_logs_pass_and_what_is_new_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(11)
    memory, seen = tmp_path / "memory", 0
    for visit in range(12):
        size = seen + chance.randrange(9)
        log = [event(number) for number in range(size)]
        status, told = said("log", exported(tmp_path / "x", log), "--memory", memory, capsys=capsys)
        assert status == 0
        assert visit == 0 or told.endswith(f"{size - seen} are new.")
        seen = size


def receipt(number: int, size: int, **changes: Any) -> str:
    path = merkle.inclusion(InMemory(leaves(HONEST)), number, size)
    proof = notes.Proof(number, tuple(path), note(HONEST[:size]))
    return json.dumps({"event": {**HONEST[number], **changes}, "proof": proof.text})


def test_a_receipt_holds_without_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "receipt.json"
    for size in range(1, 41):
        for number in range(0, size, 3):
            file.write_text(receipt(number, size), encoding="utf-8")
            if (number + size) % 5 == 0:  # a signature costs three milliseconds
                assert said("receipt", file, capsys=capsys)[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        receipt(7, 40, stored=OTHER),
        receipt(7, 40, version=9),
        receipt(7, 40, tag="case.granted"),
        receipt(7, 40, stream=str(UUID(int=77))),
        receipt(7, 40).replace("index 7", "index 8"),
        receipt(7, 40).replace("index 7", "index 41"),
        receipt(7, 40).replace("\\n40\\n", "\\n41\\n"),
        receipt(7, 40).replace("tlog-proof@v1", "tlog-proof@v2"),
    ],
)
def test_a_receipt_that_was_altered_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(text, encoding="utf-8")
    status, told = said("receipt", file, capsys=capsys)

    assert status == 1
    assert told.startswith("NOT in order: ")


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", '{"event":1,"proof":2}', '{"event":{},"proof":""}'])
def test_what_is_no_receipt_cannot_be_checked(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(text, encoding="utf-8")

    assert said("receipt", file, capsys=capsys) == (2, "Cannot be checked: this file is no receipt.")


def test_what_is_no_export_or_no_key_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said("export", tmp_path, capsys=capsys)[0] == 2
    assert verify.main(["export", str(exported(tmp_path / "x", HONEST)), "--key", "a+b+c"]) == 2
