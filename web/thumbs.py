"""Small pictures of photographed pages: made once, kept in memory only, because on the disk files are encrypted."""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict

from PIL import Image, ImageOps

from store.files import FileNotStored, FileStore

EDGE_PIXELS = 480
QUALITY = 78
MOST_BYTES = 32 * 1024 * 1024
MADE_AT_ONCE = 2


class Thumbs:
    """Thumbnails by the address of their file; the least used ones are dropped when the memory set aside is full."""

    def __init__(self, files: FileStore, *, most_bytes: int = MOST_BYTES) -> None:
        """Start with none.

        Args:
            files: where the photographs are.
            most_bytes: how much is kept.
        """
        self._files = files
        self._most = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._turn = asyncio.Semaphore(MADE_AT_ONCE)

    async def of(self, address: str) -> bytes:
        """The thumbnail, as JPEG, of the photograph at `address`.

        Raises:
            FilesError: there is none, or none that can be read.
        """
        if address not in self._kept:
            async with self._turn:
                if address not in self._kept:
                    self._keep(address, await asyncio.to_thread(self._make, address))
        self._kept.move_to_end(address)
        return self._kept[address]

    def forget_gone(self) -> None:
        """Drop the thumbnails of photographs that are not kept any more."""
        for address in [address for address in self._kept if not self._files.exists(address)]:
            self._bytes -= len(self._kept.pop(address))

    def _make(self, address: str) -> bytes:
        picture = thumbnail(self._files.read(address))
        if not self._files.exists(address):  # erased while it was being drawn
            raise FileNotStored(address)
        return picture

    def _keep(self, address: str, picture: bytes) -> None:
        self._kept[address] = picture
        self._bytes += len(picture)
        while self._bytes > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)


def thumbnail(photograph: bytes) -> bytes:
    """A JPEG of at most 480 pixels an edge, upright and without any metadata."""
    with Image.open(io.BytesIO(photograph)) as source:
        source.draft("RGB", (EDGE_PIXELS * 2, EDGE_PIXELS * 2))  # lets the JPEG decoder skip what would be thrown away
        upright = ImageOps.exif_transpose(source).convert("RGB")
        upright.thumbnail((EDGE_PIXELS, EDGE_PIXELS))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=QUALITY, optimize=True)
        return out.getvalue()
