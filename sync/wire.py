"""From what a server sends over a socket to frames."""

from __future__ import annotations

import zlib

import msgspec
from msgspec import Struct

from sync import frames as fr

LARGEST_PAGE_BYTES = 64 * fr.MAX_SERVER_FRAME_BYTES
"""A page that unpacks to more is none."""

_decoder = msgspec.json.Decoder(fr.AnyServerFrame)
_TAGS = frozenset(kind.__struct_config__.tag for kind in fr.ServerFrame.__subclasses__())


class _Tagged(Struct):
    t: str


def read(data: str | bytes) -> fr.AnyServerFrame | None:
    """The frame in a message; None for one that only a newer server sends.

    Raises:
        MsgspecError: a frame of a known kind has another shape.
    """
    text = data if isinstance(data, str) else zlib.decompressobj().decompress(data, LARGEST_PAGE_BYTES)
    try:
        frame: fr.AnyServerFrame = _decoder.decode(text)
    except msgspec.ValidationError:
        if msgspec.json.decode(text, type=_Tagged).t in _TAGS:
            raise
        return None
    return frame
