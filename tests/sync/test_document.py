"""The protocol's document names every frame with every field, every close code and every class of verdict."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from sync import frames as fr

TEXT = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text(encoding="utf-8")
FIELDS = TEXT.partition("### Every field")[2].partition("### `welcome`")[0].partition("```text")[2]
TAGGED: list[Any] = [*get_args(fr.AnyClientFrame), *get_args(fr.AnyServerFrame)]
NESTED: list[Any] = [fr.Outbox, fr.Limits, fr.Row, fr.Gone, fr.Verdict, fr.SignedIntent, fr.Restored]


def paragraph(tag: str) -> str:
    """What the document says of a frame: its line and those that go on with it."""
    found = re.search(rf"^{re.escape(tag)}\b(?! +pong)(.*(?:\n +.*)*)", FIELDS, re.MULTILINE)
    return found.group(1) if found else ""


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.__name__)
def test_every_field_of_a_frame_is_described(kind: Any) -> None:
    said = paragraph(kind.__struct_config__.tag)

    missing = [field.encode_name for field in msgspec.structs.fields(kind) if f"{field.encode_name}:" not in said]
    assert missing == []


@pytest.mark.parametrize("kind", NESTED, ids=lambda kind: kind.__name__)
def test_every_field_within_a_frame_is_described(kind: Any) -> None:
    assert [name for name in kind.__struct_fields__ if f"{name}:" not in FIELDS] == []


def test_every_field_of_an_intent_is_in_the_example() -> None:
    example = TEXT.partition("```json")[2].partition("```")[0]

    assert [name for name in fr.IntentBody.__struct_fields__ if f'"{name}"' not in example] == []


def test_every_close_code_and_verdict_is_in_a_table() -> None:
    codes = [value for name, value in vars(fr.CloseCode).items() if name.isupper()]
    verdicts = ("applied", "duplicate", "retry", "auth", "held", "conflict", "refused", "quarantined")

    assert [code for code in codes if f"| {code} |" not in TEXT] == []
    assert [one for one in verdicts if f"`{one}`" not in TEXT] == []
