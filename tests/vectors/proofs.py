"""Writes `proofs.json`: receipts, codes and exports, honest and altered, with the sentence of `verifier/verify.py`.

`python -m tests.vectors.proofs` writes it anew. The verifier in the browser must find the same and say the same.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from bootstrap.places import ROOT
from store import merkle, notes
from store.log import Entry, leaf_hash
from tests.test_verifier import InMemory, verify

FILE = ROOT / "tests" / "vectors" / "proofs.json"
ORIGIN = "6f2c"
NAME = f"doorstep/{ORIGIN}"
SIGNER = notes.Signer(NAME, bytes(range(32)))
NEXT = notes.Signer(NAME, b"next" * 8)
FORGER = notes.Signer(NAME, b"forged  " * 4)
PHOTOGRAPH, PHOTOGRAPH_ID = b"a photograph", UUID(int=77)
Vector = dict[str, Any]
Event = dict[str, Any]


def written() -> str:
    """The file as it must be."""
    told: dict[str, Any] = {
        "key": SIGNER.verifier_key,
        "keys": [
            {"key": SIGNER.verifier_key, "endorsement": ""},
            {"key": NEXT.verifier_key, "endorsement": notes.signed(f"{NEXT.verifier_key}\n", [SIGNER])},
        ],
        "forged": notes.signed(f"{NEXT.verifier_key}\n", [FORGER]),
        "zip": base64.b64encode(_zip()).decode(),
        "notes": {str(size): _note(size) for size in (6, 13)},
        "found": [*_receipts(), *_codes(), *_exports()],
        "consistency": _consistency(),
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _zip() -> bytes:
    """One file stored, one deflated."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content, way in (
            ("checkpoint", "stored", zipfile.ZIP_STORED),
            ("files/b.txt", "deflated" * 20, zipfile.ZIP_DEFLATED),
        ):
            archive.writestr(zipfile.ZipInfo(name), content, way)
    return packed.getvalue()


def _event(number: int, fact: dict[str, Any], *, stream: int, tag: str) -> Event:
    stored = json.dumps({"meta": {"recorded_at": f"2026-11-23T02:{number:02}:00Z"}, "fact": fact}).encode()
    entry = Entry(UUID(int=stream), 0, tag, stored)
    return {
        "origin": ORIGIN, "stream": str(entry.stream), "version": 0, "tag": tag,
        "stored": base64.b64encode(stored).decode(), "recorded_at": f"2026-11-23T02:{number:02}:00+00:00",
    }  # fmt: skip


def _log() -> list[Event]:
    """Thirteen events of three streams; one names a photograph."""
    events: list[Event] = []
    versions: dict[str, int] = {}
    for number in range(13):
        event = (
            _event(
                number,
                {"file": str(PHOTOGRAPH_ID), "sha256": hashlib.sha256(PHOTOGRAPH).hexdigest()},
                stream=1,
                tag="file.stored",
            )
            if number == 6
            else _event(number, {"text": f"事 {number}"}, stream=number % 3, tag="case.noted")
        )
        versions[event["stream"]] = event["version"] = versions.get(event["stream"], 0) + 1
        events.append({**event, "leaf": _leaf(event).hex()})
    return events


def _leaf(event: Event) -> bytes:
    stored = base64.b64decode(event["stored"])
    return leaf_hash(event["origin"], Entry(UUID(event["stream"]), event["version"], event["tag"], stored))


LOG = _log()
TREE = InMemory([_leaf(one) for one in LOG])


def _note(size: int = len(LOG), *signers: notes.Signer) -> str:
    return notes.signed(notes.Checkpoint(NAME, size, merkle.root(TREE, size)).text, signers or (SIGNER,))


def _proof(number: int, note: str | None = None, *, size: int = len(LOG)) -> str:
    return notes.Proof(number, tuple(merkle.inclusion(TREE, number, size)), note or _note(size)).text


def _receipt(number: int, proof: str | None = None, **changed: Any) -> str:
    event = {name: value for name, value in LOG[number].items() if name != "leaf"}
    return json.dumps({"event": {**event, **changed}, "proof": proof or _proof(number), "keys": [SIGNER.verifier_key]})


def _judged(name: str, kind: str, ask: Callable[[], str], **given: Any) -> Vector:
    try:
        status, sentence = 0, ask()
    except verify.Wrong as wrong:
        status, sentence = 1, f"NOT in order: {wrong}."
    except verify.Unreadable as unreadable:
        status, sentence = 2, f"Cannot be checked: {unreadable}."
    return {"name": name, "kind": kind, **given, "status": status, "sentence": sentence}


def _receipts() -> list[Vector]:
    other = base64.b64encode(b'{"fact":{}}').decode()
    spelt = LOG[4]["stored"][:-1] + chr(ord(LOG[4]["stored"][-1]) + 1)
    turned = _proof(4).replace("index 4", "index 5")
    lines = _proof(4).split("\n")
    texts = {
        "honest": _receipt(4),
        "first": _receipt(0),
        "last": _receipt(12),
        "without a time": _receipt(4, recorded_at=""),
        "two keys have signed": _receipt(4, _proof(4, _note(13, NEXT, SIGNER))),
        "altered": _receipt(4, stored=other),
        "other version": _receipt(4, version=9),
        "other stream": _receipt(4, stream=str(UUID(int=9))),
        "other log": _receipt(4, origin="other"),
        "other place": _receipt(4, turned),
        "beyond the checkpoint": _receipt(4, _proof(4).replace("index 4", "index 13")),
        "number with a zero before it": _receipt(4, _proof(4).replace("index 4", "index 04")),
        "path too short": _receipt(4, "\n".join([*lines[:2], *lines[3:]])),
        "path too long": _receipt(4, "\n".join([*lines[:2], lines[2], *lines[2:]])),
        "no base64": _receipt(4, "\n".join([*lines[:2], "!" + lines[2][1:], *lines[3:]])),
        "base64 of another spelling": _receipt(4, "\n".join([*lines[:2], f"{lines[2][:-2]}9=", *lines[3:]])),
        "forged with another key": _receipt(4, _proof(4, _note(13, FORGER))),
        "checkpoint altered": _receipt(4, _proof(4).replace(f"{NAME}\n13\n", f"{NAME}\n14\n")),
        "no signature": _receipt(4, _proof(4).rpartition("\n\n")[0]),
        "no proof": _receipt(4, "c2sp.org/tlog-proof@v2\nindex 4\n\n"),
        "no receipt": '{"event":{}}',
        "no JSON": "abc",
        "stored is spelt otherwise": _receipt(4, stored=spelt if spelt[-1].isalnum() else other),
    }
    return [
        _judged(name, "receipt", partial(verify.receipt_text, text, KEYS), text=text) for name, text in texts.items()
    ]


def _codes() -> list[Vector]:
    said = f"doorstep receipt 1\nBQ-20261123-0007\n{LOG[4]['leaf']}\n{_proof(4)}"
    packed = "https://door.example/check-proof#" + said.replace("\n", "~").replace(" ", "_").replace("\u2014", "*")
    texts = {
        "as text": said,
        "as address": packed,
        "other fingerprint": said.replace(LOG[4]["leaf"], LOG[5]["leaf"]),
        "fingerprint in capitals": said.replace(LOG[4]["leaf"], LOG[4]["leaf"].upper()),
        "cut off": said[:300],
        "of another kind": said.replace("receipt 1", "receipt 2"),
    }
    return [_judged(name, "code", partial(verify.receipt_text, text, KEYS), text=text) for name, text in texts.items()]


def _of_case(stream: int = 1) -> list[Event]:
    """The events of one stream with their paths."""
    return [
        {**one, "index": number, "path": [notes.encoded(part) for part in merkle.inclusion(TREE, number, len(LOG))]}
        for number, one in enumerate(LOG)
        if one["stream"] == str(UUID(int=stream))
    ]


def _exports() -> list[Vector]:
    photograph = {f"files/{PHOTOGRAPH_ID}.jpg": PHOTOGRAPH}
    case = _of_case()
    edited = {**case[1], "stored": base64.b64encode(b"{}").decode()}
    rehashed = {**edited, "leaf": _leaf(edited).hex()}
    given: dict[str, tuple[list[Event], dict[str, bytes]]] = {
        "whole log": (LOG, {}),
        "whole log, one cut off": (LOG[:-1], {}),
        "whole log, one more": ([*LOG, LOG[0]], {}),
        "whole log, two swapped": ([LOG[1], LOG[0], *LOG[2:]], {}),
        "case": (case, photograph),
        "case whose photograph was erased": (case, {}),
        "case, event edited": ([case[0], edited, *case[2:]], photograph),
        "case, event edited with a new hash": ([case[0], rehashed, *case[2:]], photograph),
        "case, event left out": ([case[0], *case[2:]], photograph),
        "case, event twice": ([case[0], *case], photograph),
        "case, path of another": ([{**case[0], "path": case[1]["path"]}, *case[1:]], photograph),
        "case, file altered": (case, dict.fromkeys(photograph, b"another photograph")),
        "case, file of no event": (case, {"files/x.jpg": PHOTOGRAPH}),
        "case from before a restoration": ([{**case[0], "index": None, "path": []}, *case[1:]], photograph),
        "case, index is no number": ([{**case[0], "index": "1"}, *case[1:]], photograph),
    }
    told = [_export(name, *one) for name, one in given.items()]
    return [*told, _export("signed by another", LOG, {}, _note(13, FORGER)), _judged_export("nothing", {})]


def _export(name: str, events: list[Event], files: dict[str, bytes], note: str | None = None) -> Vector:
    lines = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in events)
    return _judged_export(name, {"checkpoint": (note or _note()).encode(), "events.jsonl": lines.encode(), **files})


def _judged_export(name: str, held: dict[str, bytes]) -> Vector:
    texts = {one: content.decode() for one, content in held.items()}
    return _judged(name, "export", partial(verify.export_held, held, KEYS), held=texts)


def _consistency() -> list[Vector]:
    told: list[Vector] = []
    for old in range(1, len(LOG) + 1):
        for new in (old, 8, 11, len(LOG)):
            if new >= old:
                path = [notes.encoded(one) for one in merkle.consistency(TREE, old, new)]
                told.append(_grown(old, new, path, holds=True))
    path = [notes.encoded(one) for one in merkle.consistency(TREE, 6, 13)]
    return [
        *told,
        _grown(6, 13, path[:-1], holds=False),
        _grown(6, 13, [*path, path[0]], holds=False),
        _grown(6, 13, [path[1], path[0], *path[2:]], holds=False),
        _grown(5, 13, path, holds=False),
        _grown(6, 12, path, holds=False),
        {**_grown(13, 13, [], holds=False), "new_root": notes.encoded(merkle.root(TREE, 12))},
        _grown(13, 6, path, holds=False),
    ]


def _grown(old: int, new: int, path: list[str], *, holds: bool) -> Vector:
    roots = [notes.encoded(merkle.root(TREE, size)) for size in (old, new)]
    return {"old": old, "old_root": roots[0], "new": new, "new_root": roots[1], "path": path, "holds": holds}


KEYS = verify.keys_of(SIGNER.verifier_key)


def main(file: Path = FILE) -> None:
    """Write the file."""
    file.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
