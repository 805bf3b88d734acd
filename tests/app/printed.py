"""Reads what a PDF says, by the characters that its fonts tell for what is drawn."""

from __future__ import annotations

import io
import re
from typing import Any, cast

import pikepdf

_TOKEN = re.compile(rb"<([0-9A-Fa-f]+)>")


def printed(document: bytes) -> str:
    """The text of a PDF in the order in which it is drawn, without blanks."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return "".join(_page_text(page) for page in pdf.pages).replace(" ", "").replace("\u200b", "")


def _page_text(page: pikepdf.Page) -> str:
    used = cast("dict[str, Any]", page.resources["/Font"])
    fonts = {str(name): _characters(font) for name, font in used.items()}
    text, current = "", dict[bytes, str]()
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = list(instruction.operands), str(instruction.operator)
        if operator == "Tf":
            current = fonts[str(operands[0])]
        elif operator == "Tj":
            text += _shown(bytes(operands[0]), current)
        elif operator == "TJ":
            text += "".join(_shown(bytes(one), current) for one in operands[0] if isinstance(one, pikepdf.String))
    return text


def _shown(codes: bytes, characters: dict[bytes, str]) -> str:
    return "".join(characters.get(codes[at : at + 2], "") for at in range(0, len(codes), 2))


def _characters(font: Any) -> dict[bytes, str]:
    """What each code of a font stands for, from its ToUnicode map."""
    if "/ToUnicode" not in font:
        return {}
    content, known = font.ToUnicode.read_bytes(), dict[bytes, str]()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL):
        pairs = _TOKEN.findall(block)
        for code, said in zip(pairs[::2], pairs[1::2], strict=True):
            known[bytes.fromhex(code.decode())] = bytes.fromhex(said.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.DOTALL):
        for first, last, said in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = bytes.fromhex(said.decode()).decode("utf-16-be")
            for n in range(int(last, 16) - int(first, 16) + 1):
                known[(int(first, 16) + n).to_bytes(2, "big")] = start[:-1] + chr(ord(start[-1]) + n)
    return known
