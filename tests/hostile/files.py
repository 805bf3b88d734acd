"""Photographs and PDFs that are none, or too much: generated, never kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pikepdf
from PIL import Image

from tests.hostile.values import MARK

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
HIDDEN = b"<html><script>alert(1)</script></html>" * 4


class Malformed(NamedTuple):
    """A file and what it is said to be.

    Attributes:
        must_go: whether it must be rejected; damage at random may leave a file that can be shown.
    """

    name: str
    media_type: str
    content: bytes
    must_go: bool = True


def picture(kind: str, *, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """A sound picture."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}[kind])
    return out.getvalue()


def paper() -> bytes:
    """A sound PDF."""
    out, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    document.save(out)
    return out.getvalue()


def tricks() -> tuple[str, ...]:
    """What all there is."""
    return tuple(_TRICKS)


def trick(name: str) -> Malformed:
    """One of them."""
    media_type, content = _TRICKS[name]()
    return Malformed(name, media_type, content)


def damaged(chance: Random) -> Malformed:
    """A sound file with damage at random."""
    media_type = chance.choice((JPEG, PNG, WEBP, PDF))
    content = bytearray(paper() if media_type == PDF else picture(media_type))
    match chance.randrange(4):
        case 0:
            del content[chance.randrange(1, len(content)) :]
        case 1:
            for _ in range(chance.choice((1, 3, 40))):
                content[chance.randrange(len(content))] = chance.randrange(256)
        case 2:
            at = chance.randrange(len(content))
            content[at:at] = chance.randbytes(chance.choice((1, 16, 4_000)))
        case _:
            content += chance.choice((b"\0" * 10, HIDDEN, chance.randbytes(500)))
    return Malformed("damage", media_type, bytes(content), must_go=False)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *more: bytes, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = [_chunk(b"IHDR", head), *more, _chunk(b"IDAT", zlib.compress(data)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _animation(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (16, 16), (n * 60, 0, 0)) for n in range(4)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=10)
    return out.getvalue()


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../evil", MARK * 20)
    return out.getvalue()


def _pdf_with(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    change(document)
    document.save(out)
    return out.getvalue()


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _launch(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")


def _deep(document: pikepdf.Pdf) -> None:
    nested: pikepdf.Object = pikepdf.Array([])
    for _ in range(120):
        nested = pikepdf.Array([nested])
    document.Root.Deep = nested


def _many_pages(document: pikepdf.Pdf) -> None:
    for _ in range(520):
        document.add_blank_page(page_size=(10, 10))


def _locked() -> bytes:
    out, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def _plain_pdf(*objects: bytes) -> bytes:
    """A PDF from the bodies of its objects, the first of which is the catalogue."""
    out, places = bytearray(b"%PDF-1.5\n"), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _own_child() -> bytes:
    return _plain_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>")


def _endless_pages() -> bytes:
    return _plain_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 99>>", b"<</Type/Pages/Kids[2 0 R]>>"
    )


def packed_objects(megabytes: int) -> bytes:
    """A PDF whose object 5 stands in an object stream that unpacks to so many megabytes (ISO 32000-2, 7.5.7)."""
    packer, blanks = zlib.compressobj(9), b" " * 1_000_000
    packed = packer.compress(b"5 0 ") + b"".join(packer.compress(blanks) for _ in range(megabytes))
    packed += packer.compress(b"<</A 1>>") + packer.flush()
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/X 5 0 R>>",
        2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        3: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        6: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
    }
    out, places = bytearray(b"%PDF-1.5\n"), dict[int, int]()
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[4] = len(out)
    rows = [struct.pack(">BIH", 2, 3, 0) if n == 5 else struct.pack(">BIH", 1, places[n], 0) for n in range(1, 7)]
    table = struct.pack(">BIH", 0, 0, 65_535) + b"".join(rows)
    out += b"4 0 obj\n<</Type/XRef/Size 7/Root 1 0 R/W[1 4 2]/Length %d>>stream\n%s\nendstream\nendobj\n" % (
        len(table),
        table,
    )
    out += b"startxref\n%d\n%%%%EOF\n" % places[4]
    return bytes(out)


def _previous_is_itself() -> bytes:
    content = _plain_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    start = content.index(b"xref")
    return content.replace(b"/Size 3", b"/Size 3/Prev %d" % start)


_TRICKS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "one byte": lambda: (JPEG, b"\xff"),
    "nothing but noise": lambda: (PNG, Random(1).randbytes(4_000)),
    "dimensions beyond any paper": lambda: (PNG, _png(60_000, 60_000)),
    "dimensions that overflow": lambda: (PNG, _png(2**31 - 1, 2**31 - 1)),
    "no width": lambda: (PNG, _png(0, 10)),
    "a text that unpacks to fifty million": lambda: (
        PNG,
        _png(8, 8, _chunk(b"zTXt", b"c\0\0" + zlib.compress(b"A" * 50_000_000)), data=b"\0" * 72),
    ),
    "a profile that unpacks to fifty million": lambda: (
        PNG,
        _png(8, 8, _chunk(b"iCCP", b"c\0\0" + zlib.compress(b"A" * 50_000_000)), data=b"\1" * 20),
    ),
    "a picture that moves": lambda: (WEBP, _animation("WEBP")),
    "a png that moves": lambda: (PNG, _animation("PNG")),
    "a gif": lambda: (JPEG, _animation("GIF")),
    "a drawing with a script": lambda: (PNG, b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a page of the web": lambda: (JPEG, HIDDEN),
    "a program": lambda: (JPEG, b"MZ" + b"\0" * 500),
    "an archive": lambda: (PDF, _archive()),
    "a picture with an archive behind it": lambda: (JPEG, picture(JPEG) + _archive()),
    "a png with a page behind it": lambda: (PNG, picture(PNG) + HIDDEN),
    "a picture and a pdf": lambda: (JPEG, b"\xff\xd8\xff\xe0" + b"%PDF-1.4 " + picture(JPEG)),
    "a pdf that runs a script": lambda: (PDF, _pdf_with(_script)),
    "a pdf that starts a program": lambda: (PDF, _pdf_with(_launch)),
    "a pdf that is nested deeply": lambda: (PDF, _pdf_with(_deep)),
    "a pdf of too many pages": lambda: (PDF, _pdf_with(_many_pages)),
    "a pdf with a password": lambda: (PDF, _locked()),
    "a pdf whose pages hold themselves": lambda: (PDF, _own_child()),
    "a pdf whose pages never end": lambda: (PDF, _endless_pages()),
    "a pdf that unpacks to a hundred million": lambda: (PDF, packed_objects(100)),
    "a pdf whose table refers to itself": lambda: (PDF, _previous_is_itself()),
    "a pdf that is only a head": lambda: (PDF, b"%PDF-1.7\n"),
}
