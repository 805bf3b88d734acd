"""Where a picture ends within its file; decoders stop there and never look at what comes behind."""

from __future__ import annotations

SMALLEST_HIDDEN = 16
"""Bytes behind the end that could already be a file of their own; the smallest archive has 22."""

_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers that no length follows: TEM, RST0 to RST7, SOI (ITU-T T.81 table B.1)."""
_WITHIN_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})
"""What may follow 0xFF inside coded data: a stuffed zero, and restart markers (ITU-T T.81 B.1.1.5)."""


def end_of(content: bytes, kind: str) -> int:
    """Offset of the first byte behind a picture that a decoder has read; the file's length where it does not say.

    Args:
        content: the whole file.
        kind: `JPEG`, `PNG` or `WEBP`.
    """
    match kind:
        case "JPEG":
            return _end_of_jpeg(content)
        case "PNG":
            return content.find(b"IEND") + 8 if b"IEND" in content else len(content)
        case _:
            return 8 + int.from_bytes(content[4:8], "little")


def _end_of_jpeg(content: bytes) -> int:
    at = 0
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        marker = content[at + 1]
        if marker == _END_OF_IMAGE:
            return at + 2
        if marker == 0xFF:  # fill bytes may precede a marker
            at += 1
        elif marker in _WITHOUT_LENGTH or marker == 0:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
            if marker == _START_OF_SCAN:
                at = _end_of_scan(content, at)
    return len(content)


def _end_of_scan(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        if content[at + 1] not in _WITHIN_SCAN and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    return len(content)
