"""Sets a result document as a PDF. The same paper always gives the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from pathlib import Path

import msgspec
import segno
import typst
from noto_cjk_sans_otc import FONT_PATH

from web.results.glyphs import drawable
from web.results.paper import Paper, day_zh

TEMPLATE = Path(__file__).with_name("certificate.typ")


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
        made_at = datetime.combine(paper.issued_on, time(0), tzinfo=UTC)
        document = self._compiler.compile(
            self._template, format="pdf", sys_inputs=content, timestamp=made_at, pdf_standards="ua-1"
        )
        assert isinstance(document, bytes)
        return document


def qr_svg(address: str) -> str:
    """The QR code of an address as SVG, without a margin of its own."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, svgclass=None)
    return drawn.getvalue().decode()


def _drawable(paper: Paper) -> Paper:
    """The paper with characters that the font lacks written as their codes."""
    lines = tuple(msgspec.structs.replace(line, value=drawable(line.value)) for line in paper.lines)
    return msgspec.structs.replace(paper, lines=lines, opening=drawable(paper.opening), centre=drawable(paper.centre))
