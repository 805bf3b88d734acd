"""What the bytes of an upload really are: found from the content, never from what the uploader says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pikepdf
from PIL import Image

from web.picture_ends import SMALLEST_HIDDEN, end_of

MAX_PIXELS = 50_000_000
"""A page at 600 dpi has 35 million; beyond this an image is made to exhaust the server."""

PHOTO_FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""MPO is a JPEG with a second, smaller picture behind it, as some phones write it."""

PADDING = b"\0\r\n "

FORMATS = ("JPEG", "PNG", "WEBP")
"""Decoders that are tried at all; each one more is one more way in."""

PDF_TYPE = "application/pdf"
PDF_MARK = b"%PDF-"
HEAD_BYTES = 1_024
MEDIA_TYPES = frozenset({*PHOTO_FORMATS.values(), PDF_TYPE})

MAX_PDF_PAGES = 500
MAX_PDF_DEPTH = 60
MAX_UNPACKED_BYTES = 64_000_000
"""Of one stream of a PDF that has to be unpacked to find its objects; 300 kB can become 300 MB."""
MOST_WARNINGS = 1_000

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_UNPACKED_BYTES,
    run_length_max_memory=MAX_UNPACKED_BYTES,
    png_max_memory=MAX_UNPACKED_BYTES,
    tiff_max_memory=MAX_UNPACKED_BYTES,
    doc_max_warnings=MOST_WARNINGS,
)

_ACTIVE = frozenset(
    {
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/GoToE",
        "/ImportData",
        "/JS",
        "/JavaScript",
        "/Launch",
        "/RichMedia",
        "/SubmitForm",
        "/XFA",
    }
)
"""Keys and action names (ISO 32000-2) by which a PDF runs scripts, starts programs or carries other files."""


class Unusable(Exception):
    """The bytes cannot serve as a page of a case.

    Attributes:
        reason: `undecodable`, `too-large` or `unsafe`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def inspect(content: BinaryIO) -> str:
    """The media type of a photograph or PDF that can be shown on screen without harm.

    Raises:
        Unusable: it is neither, is damaged, has too many pixels or pages, is encrypted or active, or is two things at
            once: a picture that is also something else.
    """
    head = content.read(HEAD_BYTES)
    content.seek(0)
    if head.startswith(PDF_MARK):
        _inspect_pdf(content)
        return PDF_TYPE
    if PDF_MARK in head:  # readers of PDF look for their mark in the first kilobyte
        raise Unusable("unsafe")
    return _inspect_photo(content)


def _inspect_photo(content: BinaryIO) -> str:
    try:
        with Image.open(content, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unusable("too-large")
            if getattr(image, "n_frames", 1) != 1 and image.format != "MPO":
                raise Unusable("unsafe")
            image.verify()
        content.seek(0)
        with Image.open(content, formats=FORMATS) as image:
            image.load()
            kind = image.format or ""
        if kind != "MPO":
            content.seek(0)
            require_nothing_behind(content.read(), kind)
        return PHOTO_FORMATS[kind]
    except (Unusable, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unusable("too-large") from error
    except Exception as error:  # decoders raise whatever a hostile file makes them stumble over
        raise Unusable("undecodable") from error


def _inspect_pdf(content: BinaryIO) -> None:
    try:
        with pikepdf.open(content) as pdf:
            if pdf.is_encrypted or any(_is_active(thing) for thing in pdf.objects):
                raise Unusable("unsafe")
            if not 1 <= len(pdf.pages) <= MAX_PDF_PAGES:
                raise Unusable("too-large" if pdf.pages else "undecodable")
            if any("limit exceeded" in str(warning) for warning in pdf.get_warnings()):
                raise Unusable("too-large")
    except (Unusable, MemoryError):
        raise
    except pikepdf.PasswordError as error:
        raise Unusable("unsafe") from error
    except Exception as error:  # as above
        raise Unusable("undecodable") from error


def _is_active(thing: pikepdf.Object, depth: int = 0) -> bool:
    """Whether the object holds something active; others that it only refers to are looked at by themselves."""
    if depth > MAX_PDF_DEPTH:
        return True
    if isinstance(thing, pikepdf.Name):
        return str(thing) in _ACTIVE
    return any(_is_active(part, depth + 1) for part in _direct_parts(thing))


def _direct_parts(thing: pikepdf.Object) -> Iterator[pikepdf.Object]:
    parts: Iterable[object] = ()
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield from (pikepdf.Name(key) for key in thing.keys())  # noqa: SIM118 - a PDF object is no mapping
        parts = [thing[key] for key in thing.keys()]  # noqa: SIM118
    elif isinstance(thing, pikepdf.Array):
        parts = list(thing)
    yield from (part for part in parts if isinstance(part, pikepdf.Object) and not part.is_indirect)


def require_nothing_behind(content: bytes, kind: str) -> None:
    """Nothing but padding stands behind the end of a picture: an archive or a page could hide there.

    Raises:
        Unusable: there is something.
    """
    behind = content[end_of(content, kind) :].strip(PADDING)
    if len(behind) >= SMALLEST_HIDDEN:
        raise Unusable("unsafe")
