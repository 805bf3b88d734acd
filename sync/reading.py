"""From a message to a client frame, or what is wrong with it."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from sync import frames as fr

_decoder = msgspec.json.Decoder(fr.AnyClientFrame)
_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""Wrong form, nested too deep, no valid Unicode."""
_TAGS = frozenset(kind.__struct_config__.tag for kind in fr.ClientFrame.__subclasses__())


class _Tagged(Struct):
    t: str


_tag_decoder = msgspec.json.Decoder(_Tagged)

Wrong = Literal["too-large", "malformed", "unknown-frame"]


def read_frame(data: str | bytes) -> fr.AnyClientFrame | Wrong:
    """The frame of a message; an unknown tag comes from a newer app and is no fault, anything else is."""
    if len(data) > fr.MAX_CLIENT_FRAME_BYTES:
        return "too-large"
    try:
        frame: fr.AnyClientFrame = _decoder.decode(data)
    except _UNREADABLE:
        return _what_is_wrong(data)
    return frame


def _what_is_wrong(data: str | bytes) -> Wrong:
    try:
        tag = _tag_decoder.decode(data).t
    except _UNREADABLE:
        return "malformed"
    return "malformed" if tag in _TAGS else "unknown-frame"
