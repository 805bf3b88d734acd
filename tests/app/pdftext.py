"""The words on the pages of a PDF, read back through its own character maps."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_CHARS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SPACE = re.compile(r"\s+")


def pages_of(document: bytes) -> list[str]:
    """The text of each page, without spaces."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return [_SPACE.sub("", "".join(_shown(page))) for page in pdf.pages]


def _shown(page: pikepdf.Page) -> Iterator[str]:
    named: Any = page.resources.get("/Font")
    fonts = {str(name): _characters(font) for name, font in named.items()} if named is not None else {}
    known: dict[bytes, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            continue
        first: Any = next(iter(instruction.operands), None)
        match str(instruction.operator):
            case "Tf":
                known = fonts[str(first)]
            case "Tj":
                yield _text(first, known)
            case "TJ":
                for part in first:
                    if isinstance(part, pikepdf.String):
                        yield _text(part, known)
            case _:
                pass


def _text(shown: Any, known: dict[bytes, str]) -> str:
    codes = bytes(shown)
    return "".join(known.get(codes[at : at + 2], "\ufffd") for at in range(0, len(codes), 2))


def _characters(font: Any) -> dict[bytes, str]:
    """Code to character, from the font's ToUnicode map (ISO 32000-2, 9.10.3)."""
    said = font["/ToUnicode"].read_bytes()
    known: dict[bytes, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", said, re.DOTALL):
        known |= {bytes.fromhex(a.decode()): _utf16(b) for a, b in _CHARS.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", said, re.DOTALL):
        for first, last, to in _RANGES.findall(block):
            start = int(to, 16)
            for n, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                known[code.to_bytes(2, "big")] = _utf16(f"{start + n:0{len(to)}X}".encode())
    return known


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be")
