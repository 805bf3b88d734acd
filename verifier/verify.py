#!/usr/bin/env python3
"""Checks what Doorstep says of its log, without trusting Doorstep: one file, nothing but Python 3.10 or later.

    verify.py receipt RECEIPT --key KEY            is this receipt's event in the log that the key has signed?
    verify.py export FOLDER_OR_ZIP --key KEY       is this export, of a log or of a case, whole and unaltered?
    verify.py log FOLDER --key KEY --memory FILE   is the log still the one that FILE remembers? FILE is written anew

KEY is the log's public key as it is printed on receipts and published at /log/key (NAME+ID+KEY; several, separated by
commas, where keys were changed). A receipt is the file that the app saves, or the text of the code on a printed one. An
export is a folder with `events.jsonl`, one event a line, and `checkpoint`, a signed note. That of a case holds some
events of a log, each with the path that proves it, and the files that they name in `files`. One sentence says what was
found. Exit status: 0 in order, 1 not in order, 2 cannot be checked.

The formats: leaves and trees of RFC 6962; c2sp.org/signed-note, tlog-checkpoint and tlog-proof; Ed25519 of RFC 8032.
The bytes of a leaf are `doorstep leaf 1`, a line feed, the log's id (two bytes of length before it), the stream (16
bytes), the version (8 bytes, big-endian), the kind of event (two bytes of length before it), the length of what is
stored (8 bytes) and its SHA-256.
"""

from __future__ import annotations

import argparse
import base64
import difflib
import hashlib
import json
import sys
import uuid
import zipfile
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

HASH = 32

Keys = dict[tuple[str, bytes], bytes]
Point = tuple[int, int, int, int]


class Wrong(Exception):
    """Something is not as it must be; the message is the sentence for people."""


class Unreadable(Exception):
    """What was given cannot be checked; the message says why."""


# Ed25519 (RFC 8032 section 5.1), verification alone

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _sum(a: Point, b: Point) -> Point:
    p, q = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    r, s = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        number >>= 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def has_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of `public` has signed `message`."""
    if len(public) != HASH or len(signature) != 2 * HASH:
        return False
    key, commitment = _point(public), _point(signature[:HASH])
    answer = int.from_bytes(signature[HASH:], "little")
    if key is None or commitment is None or answer >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:HASH] + public + message).digest(), "little") % ORDER
    left, right = _times(answer, BASE), _sum(commitment, _times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# Notes, checkpoints, proofs


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Wrong("it holds text that is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise Wrong("it holds base64 of another spelling")
    return data


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 16):
        raise Wrong("it holds a number that is none")
    return int(text)


def keys_of(text: str) -> Keys:
    """Public keys by name and id, from `NAME+ID+KEY`, separated by commas."""
    found: Keys = {}
    for one in text.split(","):
        name, _, rest = one.strip().partition("+")
        id_, _, key = rest.partition("+")
        try:
            public = _bytes(key)
        except Wrong:
            raise Unreadable("the key that was given has not the form NAME+ID+KEY") from None
        right = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        if public[:1] != b"\x01" or len(public) != HASH + 1 or right.hex() != id_:
            raise Unreadable("the key that was given has not the form NAME+ID+KEY")
        found[name, right] = public[1:]
    return found


def opened(note: str, keys: Keys) -> str:
    """The text of a note that a known key has signed."""
    text, between, lines = note.rpartition("\n\n")
    text += "\n"
    if not between or not lines.endswith("\n"):
        raise Wrong("the checkpoint has no signature")
    good = False
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        if dash != "\u2014" or not name or not signature:
            raise Wrong("the checkpoint has a line that is no signature")
        blob = _bytes(signature)
        public = keys.get((name, blob[:4]))
        if public is None:
            continue
        if not has_signed(public, text.encode(), blob[4:]):
            raise Wrong("the signature of the checkpoint is wrong: its text was altered or it was forged")
        good = True
    if not good:
        raise Wrong("the checkpoint is not signed with the key that was given")
    return text


def checkpoint_of(text: str) -> tuple[str, int, bytes]:
    """Name of the log, number of events, and root."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise Wrong("the checkpoint is none")
    root = _bytes(lines[2])
    if len(root) != HASH:
        raise Wrong("the checkpoint is none")
    return lines[0], _number(lines[1]), root


# Leaves and trees


def leaf_of(origin: str, stream: str, version: int, kind: str, stored: bytes) -> bytes:
    """The hash of one event."""
    log, tag = origin.encode(), kind.encode()
    parts = (
        b"\x00doorstep leaf 1\n",
        len(log).to_bytes(2, "big"),
        log,
        uuid.UUID(stream).bytes,
        version.to_bytes(8, "big"),
        len(tag).to_bytes(2, "big"),
        tag,
        len(stored).to_bytes(8, "big"),
        hashlib.sha256(stored).digest(),
    )
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """The root over leaves."""
    peaks: list[bytes] = []
    for number, leaf in enumerate(leaves):
        while number & 1:
            leaf = hashlib.sha256(b"\x01" + peaks.pop() + leaf).digest()
            number >>= 1
        peaks.append(leaf)
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks.pop()
    while peaks:
        root = hashlib.sha256(b"\x01" + peaks.pop() + root).digest()
    return root


def root_of_path(leaf: bytes, number: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a path leads from a leaf."""
    at, last, found = number, size - 1, leaf
    for other in path:
        if last == 0 or len(other) != HASH:
            raise Wrong("the proof has a wrong length")
        if at & 1 or at == last:
            found = hashlib.sha256(b"\x01" + other + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + other).digest()
        at, last = at >> 1, last >> 1
    if last:
        raise Wrong("the proof has a wrong length")
    return found


# What can be checked


def receipt(file: str, keys: Keys) -> str:
    """Check a receipt: a JSON object with `event` and `proof`, or the text of a code."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise Unreadable("this file is no receipt") from None
    return receipt_text(text, keys)


def receipt_text(text: str, keys: Keys) -> str:
    """Check the text of a receipt."""
    if (code := code_of(text)) is not None:
        return _code(*code, keys)
    try:
        held = json.loads(text)
        event, proof = held["event"], held["proof"]
        leaf = _leaf_of(event)
        when = event.get("recorded_at", "")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Unreadable("this file is no receipt") from None
    number, size, root, name, path = _proof(proof, keys)
    if not _names(name, event["origin"]):
        raise Wrong("the receipt's event is of another log than its checkpoint")
    if root_of_path(leaf, number, size, path) != root:
        raise Wrong("the event of this receipt is not in the log: it was altered, or the receipt was")
    told = f" of {when}" if when else ""
    return f"In order: the event{told} is number {number} of the {size} events that {name} had when it signed."


def code_of(text: str) -> tuple[str, str, str] | None:
    """Filing number, leaf and proof that the text of a code holds; None if it is none.

    A code holds an address whose part after the # is `doorstep receipt 1`, the number, the leaf as hex and the proof,
    each on a line; line feeds are written as ~, spaces as _, the dash as *.
    """
    _, mark, said = text.strip().partition("#")
    if mark and said.startswith("doorstep_receipt_1~"):
        text = said.replace("~", "\n").replace("_", " ").replace("*", "\u2014")
    lines = text.split("\n", 3)
    if lines[0] != "doorstep receipt 1" or len(lines) < 4:
        return None
    return lines[1], lines[2], lines[3]


def _code(number_of_case: str, leaf: str, proof: str, keys: Keys) -> str:
    if len(leaf) != 2 * HASH or leaf.strip("0123456789abcdef"):
        raise Wrong("the fingerprint in this code is none")
    number, size, root, name, path = _proof(proof, keys)
    if root_of_path(bytes.fromhex(leaf), number, size, path) != root:
        raise Wrong("the event of this code is not in the log: the code was altered")
    return (
        f"In order: the event of {number_of_case} with the fingerprint {leaf[:8]} is number {number} of the {size} "
        f"events that {name} had when it signed."
    )


def _proof(text: str, keys: Keys) -> tuple[int, int, bytes, str, list[bytes]]:
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) < 2 or not lines[1].startswith("index "):
        raise Wrong("the proof is none")
    name, size, root = checkpoint_of(opened(note, keys))
    number = _number(lines[1][6:])
    if number >= size:
        raise Wrong("the proof speaks of an event that the checkpoint does not hold")
    return number, size, root, name, [_bytes(line) for line in lines[2:]]


def _names(name: str, origin: str) -> bool:
    """Whether a log of that name holds events of that origin; it goes on under another name after it was restored."""
    return f"{name}/".startswith(f"doorstep/{origin}/")


def _leaf_of(event: dict[str, Any]) -> bytes:
    return leaf_of(event["origin"], event["stream"], event["version"], event["tag"], _bytes(event["stored"]))


class Export(NamedTuple):
    """An export that could be read, with the checkpoint that it bears.

    Attributes:
        name: of the log.
        leaves: of all events.
        since: how many of them come before the log's present name; 0 for a log that was never restored.
        size: events of its present name that the checkpoint was signed for.
        root: over them.
    """

    name: str
    leaves: list[bytes]
    since: int
    size: int
    root: bytes


Held = dict[str, bytes]
"""What an export holds, by name."""

MOST_BYTES = 2 << 30


def held_of(place: str) -> Held:
    """What a folder or a zip file holds of an export."""
    try:
        path = Path(place)
        if path.is_dir():
            inside = [path / "checkpoint", path / "events.jsonl", *sorted(path.glob("files/*"))]
            return {one.relative_to(path).as_posix(): one.read_bytes() for one in inside}
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
                raise Unreadable("this file is too large")
            return {one.filename: packed.read(one) for one in packed.infolist()}
    except (OSError, ValueError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise Unreadable("this is no export: it must hold `events.jsonl` and `checkpoint`") from None


def _texts(held: Held) -> tuple[str, list[str]]:
    """The checkpoint and the events of an export."""
    try:
        return held["checkpoint"].decode(), held["events.jsonl"].decode().splitlines()
    except (KeyError, ValueError):
        raise Unreadable("this is no export: it must hold `events.jsonl` and `checkpoint`") from None


def _export(held: Held, keys: Keys) -> Export:
    note, lines = _texts(held)
    name, size, root = checkpoint_of(opened(note, keys))
    leaves: list[bytes] = []
    since = 0
    for at, line in enumerate(lines):
        leaf, event = _event(at, line, name)
        if event["tag"] == "log.restored":
            _require_restored(at, base64.b64decode(event["stored"]), leaves[since:])
            since = at
        leaves.append(leaf)
    return Export(name, leaves, since, size, root)


def _event(at: int, line: str, name: str) -> tuple[bytes, dict[str, Any]]:
    try:
        event = json.loads(line)
        leaf, stated = _leaf_of(event), event.get("leaf")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Wrong(f"event {at} cannot be read") from None
    if stated is not None and stated != leaf.hex():
        raise Wrong(f"event {at} was altered: it is not what its own hash says")
    if not _names(name, event["origin"]):
        raise Wrong(f"event {at} is of another log")
    return leaf, event


def _require_restored(at: int, stored: bytes, before: list[bytes]) -> None:
    """What came before a restoration must be what its event says that the backup held."""
    try:
        fact = json.loads(stored)["fact"]
        told = int(fact["size"]), bytes.fromhex(fact["root"])
    except (ValueError, KeyError, TypeError):
        raise Wrong(f"event {at} cannot be read") from None
    if told != (len(before), root_of(before)):
        raise Wrong(f"the events before the restoration, event {at}, are not those of its backup")


def _against_checkpoint(found: Export) -> None:
    leaves, size = found.leaves[found.since :], found.size
    if len(leaves) < size:
        raise Wrong(f"{size - len(leaves)} of the {size} signed events are missing")
    if len(leaves) > size:
        raise Wrong(f"{len(leaves) - size} events stand there that nobody has signed")
    if root_of(leaves) != found.root:
        raise Wrong("the events are not those that were signed: some were altered, swapped or exchanged")


def export(place: str, keys: Keys) -> str:
    """Check an export by itself."""
    return export_held(held_of(place), keys)


def export_held(held: Held, keys: Keys) -> str:
    """Check what an export holds."""
    _, lines = _texts(held)
    if lines and '"index":' in lines[0]:
        return _case(held, keys)
    found = _export(held, keys)
    _against_checkpoint(found)
    restored = " It was restored from a backup." if found.since else ""
    return f"In order: these are the {len(found.leaves)} events of {found.name}, as they were signed.{restored}"


def _case(held: Held, keys: Keys) -> str:
    """Check the export of a case: each event is in the log, none of a stream is left out before its last one."""
    note, lines = _texts(held)
    name, size, root = checkpoint_of(opened(note, keys))
    versions: dict[str, int] = {}
    stored: dict[str, str] = {}
    older = 0
    for at, line in enumerate(lines):
        leaf, event = _event(at, line, name)
        if event.get("index") is None:
            older += 1
        elif not _is_proven(at, leaf, event, size, root):
            raise Wrong(f"event {at} is not in the log: it was altered, or put there")
        if event["version"] != versions.get(event["stream"], 0) + 1:
            raise Wrong(f"an event before event {at} is missing")
        versions[event["stream"]] = event["version"]
        _note_files(event, stored)
    files = _against_files(held, stored)
    told = (
        f"In order: {len(lines) - older} events are among the {size} that {name} had when it signed, as they were; "
        f"{files} files are those that they name."
    )
    return told + (f" {_count(older)} not proven: they are from before the log was restored." if older else "")


def _is_proven(at: int, leaf: bytes, event: dict[str, Any], size: int, root: bytes) -> bool:
    number, path = _path(at, event)
    return number < size and root_of_path(leaf, number, size, path) == root


def _path(at: int, event: dict[str, Any]) -> tuple[int, list[bytes]]:
    try:
        number, path = event["index"], [_bytes(one) for one in event["path"]]
    except (KeyError, TypeError, AttributeError):
        raise Wrong(f"event {at} cannot be read") from None
    if type(number) is not int or number < 0:
        raise Wrong(f"event {at} cannot be read")
    return number, path


def _note_files(event: dict[str, Any], stored: dict[str, str]) -> None:
    """Hashes of the files that an event names: photographs by their id, results and letters by their event."""
    if event["tag"] == "file.stored":
        fact = json.loads(base64.b64decode(event["stored"]))["fact"]
        stored[str(fact["file"])] = str(fact["sha256"])
    elif event["tag"] in ("result.rendered", "paper.rendered"):
        fact = json.loads(base64.b64decode(event["stored"]))["fact"]
        stored[f"{event['stream']}-{event['version']}"] = str(fact["sha256"])


def _against_files(held: Held, stored: dict[str, str]) -> int:
    """Every file is one that an event names, with the bytes that it had; those that were erased are absent."""
    files = [name for name in held if name.startswith("files/") and name != "files/"]
    for name in files:
        known = stored.get(name[6:].rpartition(".")[0])
        if known is None:
            raise Wrong(f"{name} is named by no event")
        if hashlib.sha256(held[name]).hexdigest() != known:
            raise Wrong(f"{name} was altered")
    return len(files)


def log(folder: str, keys: Keys, memory: str) -> str:
    """Check an export against what was seen at an earlier visit, and remember it."""
    found, remembered = _export(held_of(folder), keys), _remembered(memory)
    if remembered is not None:
        _against_memory(found, *remembered)
    _against_checkpoint(found)
    leaves = [leaf.hex() for leaf in found.leaves]
    Path(memory).write_text(json.dumps({"log": found.name, "leaves": leaves}), encoding="utf-8")
    if remembered is None:
        return f"In order: {found.name} has {len(leaves)} events, and is remembered from now on."
    before = len(remembered[1])
    new = len(leaves) - before
    return f"In order: nothing was changed among the {before} events of {found.name} since then; {new} are new."


def _against_memory(found: Export, name: str, leaves: list[bytes]) -> None:
    same = found.leaves[: len(leaves)] == leaves
    if found.name != name:
        if not same and found.since and found.name.split("/")[:2] == name.split("/")[:2]:
            kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(found.leaves, leaves, strict=False)))
            lost = len(leaves) - kept
            raise Wrong(f"the log was restored from a backup, and {_count(lost)} lost of those seen at the last visit")
        if not same:
            raise Wrong(f"this is another log: {found.name} in place of {name}")
    if not same:
        raise Wrong(difference(leaves, found.leaves))


def _remembered(memory: str) -> tuple[str, list[bytes]] | None:
    try:
        held = json.loads(Path(memory).read_text(encoding="utf-8"))
        return held["log"], [bytes.fromhex(leaf) for leaf in held["leaves"]]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise Unreadable("the file that remembers the last visit cannot be read") from None


def difference(old: list[bytes], new: list[bytes]) -> str:
    """One sentence: what happened to the events that were there."""
    if len(new) < len(old) and old[: len(new)] == new:
        return f"the last {len(old) - len(new)} events were cut off: the log had {len(old)} and has {len(new)}"
    at = next(place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    rest_old, rest_new = old[at:], new[at:]
    if len(set(rest_old) - set(rest_new)) == 0 and len(rest_new) >= len(rest_old):
        held = [leaf for leaf in rest_new if leaf in set(rest_old)]
        if held != rest_old:
            return f"events were put into another order, from event {at} on"
        return f"{_count(_inserted(rest_old, rest_new))} added among the events that were there, from event {at} on"
    changes = [
        one
        for one in difflib.SequenceMatcher(None, rest_old, rest_new, autojunk=False).get_opcodes()
        if one[0] != "equal"
    ]
    altered = sum(min(b - a, d - c) for kind, a, b, c, d in changes if kind == "replace")
    removed = sum(max(0, (b - a) - (d - c)) for kind, a, b, c, d in changes if kind in ("delete", "replace"))
    if removed and not altered:
        return f"{_count(removed)} removed, the first of them event {at}"
    if altered == len(rest_old):
        return f"the log was written anew from event {at} on"
    told = f"{_count(altered)} altered, the first of them event {at}"
    return told + (f"; {_count(removed)} removed" if removed else "")


def _inserted(old: list[bytes], new: list[bytes]) -> int:
    known = set(old)
    last = max(at for at, leaf in enumerate(new) if leaf in known)
    return sum(leaf not in known for leaf in new[:last])


def _count(number: int) -> str:
    return f"{number} event was" if number == 1 else f"{number} events were"


def main(arguments: list[str] | None = None) -> int:
    """Check what the command line names; print one sentence."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    for what, given in (("receipt", "FILE"), ("export", "FOLDER_OR_ZIP"), ("log", "FOLDER_OR_ZIP")):
        command = commands.add_parser(what)
        command.add_argument("given", metavar=given)
        command.add_argument("--key", required=True, help="the log's public key, NAME+ID+KEY")
        if what == "log":
            command.add_argument("--memory", required=True, help="file that remembers the last visit")
    told = parser.parse_args(arguments)
    try:
        keys = keys_of(told.key)
        check = {"receipt": receipt, "export": export}.get(told.what)
        found = check(told.given, keys) if check else log(told.given, keys, told.memory)
    except Wrong as wrong:
        return _say(f"NOT in order: {wrong}.", 1)
    except Unreadable as unreadable:
        return _say(f"Cannot be checked: {unreadable}.", 2)
    return _say(found, 0)


def _say(sentence: str, status: int) -> int:
    sys.stdout.write(sentence + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
