"""Signed notes, checkpoints and proofs as files."""

import base64
from collections.abc import Callable

import pytest

from store.notes import (
    BadNote,
    Checkpoint,
    Proof,
    Signer,
    checkpoint_of,
    decoded,
    opened,
    proof_of,
    public_keys,
    signed,
    tile_path,
)

SIGNER, LATER = Signer("doorstep/test", bytes(range(32))), Signer("doorstep/test", bytes(32))
CHECKPOINT = Checkpoint("doorstep/test", 7, b"r" * 32)
NOTE = signed(CHECKPOINT.text, [SIGNER])
KEYS = public_keys([SIGNER.verifier_key])

# The example key and note of golang.org/x/mod/sumdb/note, whose format C2SP took over
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    assert checkpoint_of(opened(NOTE, KEYS)) == CHECKPOINT


def test_the_example_of_the_format_is_opened() -> None:
    assert opened(GO_NOTE, public_keys([GO_KEY])).startswith("If you think cryptography")


def test_either_of_two_keys_opens_a_note_that_both_have_signed() -> None:
    both = signed(CHECKPOINT.text, [SIGNER, LATER])

    assert SIGNER.verifier_key != LATER.verifier_key
    for one in (SIGNER, LATER):
        assert opened(both, public_keys([one.verifier_key])) == CHECKPOINT.text


NOTES_CHANGED: list[Callable[[str], str]] = [
    lambda note: note.replace("\n7\n", "\n8\n"),
    lambda note: note.replace("doorstep/test\n", "doorstep/other\n", 1),
    lambda note: note[:-1],
    lambda note: note.rpartition("\n\n")[0] + "\n",
    lambda note: note.replace("—", "-"),
    lambda note: note + "more\n",
    lambda note: note.replace("=\n", "\n"),
    lambda note: signed(CHECKPOINT.text, [Signer("doorstep/test", b"x" * 32)]),
    lambda note: signed(CHECKPOINT.text, [Signer("doorstep/else", bytes(range(32)))]),
    lambda note: "",
]


@pytest.mark.parametrize("change", NOTES_CHANGED)
def test_a_note_that_was_altered_is_not_opened(change: Callable[[str], str]) -> None:
    with pytest.raises(BadNote):
        opened(change(NOTE), KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "", "doorstep\n", "doorstep\n07\n" + "A" * 43 + "=\n", "doorstep\n-1\n" + "A" * 43 + "=\n",
        "doorstep\n\N{ARABIC-INDIC DIGIT SEVEN}\n" + "A" * 43 + "=\n",
        "doorstep\n7\nAAAA\n", "\n7\n" + "A" * 43 + "=\n", "doorstep\n7\n" + "A" * 42 + "B=\n",
        f"doorstep\n{10**20}\n" + "A" * 43 + "=\n",
    ],
)  # fmt: skip
def test_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        checkpoint_of(text)


@pytest.mark.parametrize("key", ["", "a+b+c", SIGNER.verifier_key.replace("doorstep", "elsewhere"), "a+00000000+AAAA"])
def test_a_key_that_does_not_fit_its_id_is_refused(key: str) -> None:
    with pytest.raises(BadNote):
        public_keys([key])


def test_a_proof_is_read_as_it_was_written() -> None:
    proof = Proof(3, (b"a" * 32, b"b" * 32), NOTE)

    assert proof_of(proof.text) == proof
    assert checkpoint_of(opened(proof_of(proof.text).note, KEYS)) == CHECKPOINT


PROOFS_CHANGED: list[Callable[[str], str]] = [
    lambda text: text.replace("@v1", "@v2"),
    lambda text: text.replace("index 3", "index 03"),
    lambda text: text.replace("index 3", "3"),
    lambda text: text.replace(base64.b64encode(b"a" * 32).decode(), "YWFh"),
]


@pytest.mark.parametrize("change", PROOFS_CHANGED)
def test_text_that_is_no_proof_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(BadNote):
        proof_of(change(Proof(3, (b"a" * 32,), NOTE).text))


@pytest.mark.parametrize("text", ["AB==", "YQ", "YQ==\n", " YQ==", "YQ=é", "Y-_=", "YR=="])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(BadNote):
        decoded(text)


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 67, 256, "tile/1/067"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (0, 5, 3, "tile/0/005.p/3"),
    ],
)
def test_a_tile_stands_where_the_format_says(level: int, number: int, width: int, path: str) -> None:
    assert tile_path(level, number, width) == path
