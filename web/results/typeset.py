"""Sets result documents, handbooks and guides as PDF. The same content always gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

import msgspec
import segno
import typst
from msgspec import Struct
from noto_cjk_sans_otc import FONT_PATH

from web.results.glyphs import drawable
from web.results.guides import GuideBook
from web.results.labels import Label
from web.results.letter import Letter
from web.results.paper import Paper, day_zh

TEMPLATE = Path(__file__).with_name("certificate.typ")
LETTER = Path(__file__).with_name("letter.typ")
LABEL = Path(__file__).with_name("label.typ")
GUIDES = Path(__file__).with_name("guides.typ")


class Typesetter:
    """Holds the fonts and the template; use it from one thread at a time."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(Path(str(FONT_PATH)).parent)])
        self._compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
        self._template = TEMPLATE.read_bytes()

    def pdf(self, paper: Paper) -> bytes:
        """The document as a tagged PDF (PDF/UA-1) with its fonts embedded in part."""
        content = {
            "paper": msgspec.json.encode(_drawable(paper)).decode(),
            "issued_on": day_zh(paper.issued_on),
            "qr": qr_svg(paper.verify_url),
        }
        return self._set(self._template, content, made_on=paper.issued_on)

    def letter(self, letter: Letter, *, on: date) -> bytes:
        """A letter of a day as a tagged PDF, with characters that the font lacks written as their codes."""
        said = _said(letter)
        return self._set(LETTER.read_bytes(), {"letter": said, "qr": qr_svg(letter.verify_url)}, made_on=on)

    def label(self, label: Label, *, on: date) -> bytes:
        """An envelope label of a day."""
        said = _said(label)
        return self._set(LABEL.read_bytes(), {"label": said}, made_on=on)

    def guides(self, book: GuideBook) -> bytes:
        """A handbook or a guide as a tagged PDF, with characters that the font lacks written as their codes."""
        said = _said(book)
        return self._set(GUIDES.read_bytes(), {"book": said}, made_on=book.made_on)

    def _set(self, template: bytes, content: dict[str, str], *, made_on: date) -> bytes:
        made_at = datetime.combine(made_on, time(0), tzinfo=UTC)
        document = self._compiler.compile(
            template, format="pdf", sys_inputs=content, timestamp=made_at, pdf_standards="ua-1"
        )
        assert isinstance(document, bytes)
        return document


def qr_svg(address: str) -> str:
    """The QR code of an address as SVG, without a margin of its own."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgclass=None)
    return drawn.getvalue().decode()


def _said(what: Struct) -> str:
    """The parts of a paper as JSON, with what nobody would see written as codes."""
    return msgspec.json.encode(_seen(msgspec.to_builtins(what))).decode()


def _seen(part: Any) -> Any:
    if isinstance(part, str):
        return drawable(part)
    if isinstance(part, dict):
        return {name: _seen(one) for name, one in cast("dict[str, Any]", part).items()}
    if isinstance(part, list | tuple):
        return [_seen(one) for one in cast("Sequence[Any]", part)]
    return part


def _drawable(paper: Paper) -> Paper:
    """The paper with characters that the font lacks written as their codes."""
    lines = tuple(msgspec.structs.replace(line, value=drawable(line.value)) for line in paper.lines)
    return msgspec.structs.replace(paper, lines=lines, opening=drawable(paper.opening), centre=drawable(paper.centre))
