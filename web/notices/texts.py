"""The words of notices: one file, both languages, filled in with the few facts that a notice may carry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

TEXTS = Path(__file__).with_name("texts.yaml")
SIGN = "【家门口】"
"""Signature that carriers ask for at the head of a text message."""

TITLES = {"zh": "家门口", "en": "Doorstep"}


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one kind of notice.

    Attributes:
        sms: whether it goes by text message; if not, in the app and by push only.
    """

    sms: bool
    zh: str
    en: str


@cache
def texts() -> dict[str, Text]:
    """The words by kind of notice."""
    content = yaml.load(TEXTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(content, dict[str, Text])


def said(kind: str, language: str, values: Mapping[str, str]) -> str:
    """A notice in one language.

    Args:
        kind: of the notice.
        language: `zh` or `en`.
        values: what the words may name; unknown names are left out.

    Raises:
        KeyError: the words name something that was not given.
    """
    text = texts()[kind]
    return (text.en if language == "en" else text.zh).format_map(values)


def message(kind: str, language: str, values: Mapping[str, str]) -> str:
    """A notice as a text message."""
    return f"{SIGN}{said(kind, language, values)}"
