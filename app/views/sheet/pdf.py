"""PDF: pages that Qt has drawn, one file each, put together into one: fonts, bookmarks, places on earth.

Qt writes whole files. Here their objects are taken apart by the cross-reference table and numbered anew, so that
pages can be drawn at different times, kept, and joined; the result is the same to the byte for the same pages.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from app.views.sheet.geopdf import measure_objects, text_string

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.views.sheet.geopdf import Viewport

REFERENCE = re.compile(rb"(?<![\d.])(\d+) 0 R\b")
_TWINS = (
    (0x2012, 0x2E81, 0x2E8A, 0x2E9C, 0x2E9D, 0x2E9F, 0x2EA0, 0x2EA7, 0x2EA9, 0x2EAB, 0x2EAC, 0x2EB6, 0x2EBC, 0x2EC4,
     0x2EC5, 0x2EC6, 0x2EC9, 0x2ECB, 0x2ED1, 0x2ED3, 0x2ED4, 0x2ED7, 0x2ED8, 0x2ED9, 0x2EDA, 0x2EDB, 0x2EDC, 0x2EDD,
     0x2EE2, 0x2EE3, 0x2EE4, 0x2EE5, 0x2EE6, 0x2EE7, 0x2EE8, 0x2EE9, 0x2EEA, 0x2EEC, 0x2EEE, 0x2EF0, 0x2EF3),
    "–厂卜日月母民牛王目示羊肉西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)  # fmt: skip
SAME: dict[int, str] = dict(zip(_TWINS[0], _TWINS[1], strict=True))
"""Characters that a font draws with the glyph of another: those of the radicals that NFKC leaves alone."""

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page: the file that Qt wrote, its bookmark, and where its maps lie on earth."""

    raw: bytes
    title: str = ""
    viewports: tuple[Viewport, ...] = ()


@dataclass(frozen=True, slots=True)
class Info:
    """What the file says of itself."""

    title: str = ""
    author: str = ""
    subject: str = ""
    creator: str = ""
    lang: str = ""


def objects_of(raw: bytes) -> tuple[dict[int, bytes], int]:
    """Give the bodies of all objects of a file that Qt wrote, by number, and the number of its catalogue.

    Raises
    ------
    ValueError
        The bytes are no such file.
    """
    start = int(raw[raw.rindex(b"startxref") + 9 :].split()[0])
    lines = raw[start:].split(b"\n")
    first, count = (int(word) for word in lines[1].split())
    offsets = [
        (int(line[:10]), first + n) for n, line in enumerate(lines[2 : 2 + count]) if line.rstrip().endswith(b"n")
    ]
    offsets.sort()
    ends = [at for at, _ in offsets[1:]] + [start]
    bodies: dict[int, bytes] = {}
    for (at, number), end in zip(offsets, ends, strict=True):
        text = raw[at:end]
        begin = text.index(b"obj") + 3
        bodies[number] = text[begin : text.rindex(b"endobj")].strip(b"\r\n")
    root = re.search(rb"/Root (\d+) 0 R", raw[start:])
    if root is None:
        raise ValueError("no catalogue")
    return bodies, int(root[1])


def assembled(pages: Sequence[PdfPage], info: Info) -> list[bytes]:
    """Give the pieces of one PDF file with these pages in their order.

    Parameters
    ----------
    pages : sequence of PdfPage
    info : Info
    """
    book = _Book()
    numbers = [_add_page(book, page) for page in pages]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    book.put(PAGES, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(numbers)))
    outlines = _outlines(book, [page.title for page in pages], numbers)
    words = {"Title": info.title, "Author": info.author, "Subject": info.subject, "Creator": info.creator}
    said = b" ".join(b"/%s %s" % (name.encode(), text_string(text)) for name, text in words.items() if text)
    book.put(INFO, b"<< %s >>" % said)
    lang = b" /Lang %s" % text_string(info.lang) if info.lang else b""
    shown = b" /PageMode /UseOutlines" if outlines and len(pages) > 1 else b""
    viewer = b" /ViewerPreferences << /DisplayDocTitle true >>"
    book.put(CATALOGUE, b"<< /Type /Catalog /Pages %d 0 R%s%s%s%s >>" % (PAGES, outlines, lang, shown, viewer))
    return book.written()


CATALOGUE, PAGES, INFO = 1, 2, 3


class _Book:
    """Objects of the new file, by number."""

    def __init__(self) -> None:
        self.bodies: dict[int, bytes] = {}
        self.next = INFO + 1
        self._same: dict[bytes, int] = {}

    def fresh(self) -> int:
        self.next += 1
        return self.next - 1

    def put(self, number: int, body: bytes) -> int:
        self.bodies[number] = body
        return number

    def add(self, body: bytes) -> int:
        """Keep a body under a new number; equal ones share one."""
        key = hashlib.sha256(body).digest()
        if key not in self._same:
            self._same[key] = self.put(self.fresh(), body)
        return self._same[key]

    def written(self) -> list[bytes]:
        pieces, at = [HEAD], len(HEAD)
        places: dict[int, int] = {}
        for number in sorted(self.bodies):
            piece = b"%d 0 obj\n%s\nendobj\n" % (number, self.bodies[number])
            places[number] = at
            pieces.append(piece)
            at += len(piece)
        size = max(self.bodies) + 1
        rows = [b"0000000000 65535 f \n"]
        rows += [b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 00001 f \n" for n in range(1, size)]
        digest = hashlib.sha256(b"".join(pieces)).hexdigest()[:32].upper().encode()
        tail = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n"
        pieces.append(b"xref\n0 %d\n%s" % (size, b"".join(rows)))
        pieces.append(tail % (size, CATALOGUE, INFO, digest, digest, at))
        return pieces


def _add_page(book: _Book, page: PdfPage) -> int:
    """Take the first page of a file over with all that it needs; gives its new number."""
    bodies, root = objects_of(page.raw)
    tree = int(_reference(bodies[root], b"Pages"))
    kid = re.search(rb"/Kids\s*\[\s*(\d+) 0 R", bodies[tree])
    if kid is None:
        raise ValueError("no page")
    old = int(kid[1])
    for number in {int(found) for body in bodies.values() for found in re.findall(rb"/ToUnicode (\d+) 0 R", body)}:
        bodies[number] = unified(bodies[number], bodies)
    _tag_fonts(bodies)
    made: dict[int, int] = {}

    def taken(number: int) -> int:
        if number not in made:
            made[number] = -1
            made[number] = book.add(_renumbered(bodies[number], taken))
        return made[number]

    body = re.sub(rb"/Parent \d+ 0 R", b"", bodies[old])
    body = re.sub(rb"/Annots \d+ 0 R\n?", b"", body)
    body = _renumbered(body, taken)
    extra = b"/Parent %d 0 R" % PAGES
    if page.viewports:
        extra += b" /VP [%s]" % b" ".join(measure_objects(port, _height(body), book.add) for port in page.viewports)
    cut = body.rindex(b">>")
    return book.put(book.fresh(), body[:cut] + extra + b"\n>>")


def _height(body: bytes) -> float:
    """Give the height of a page, pt."""
    found = re.search(rb"/MediaBox \[\S+ \S+ \S+ ([\d.]+)\]", body)
    if found is None:
        raise ValueError("no MediaBox")
    return float(found[1])


def _renumbered(body: bytes, taken: Callable[[int], int]) -> bytes:
    """Give a body whose references lead to the new numbers; what stands in a stream is left alone."""
    at = body.find(b"stream\n")
    head, rest = (body, b"") if at < 0 else (body[:at], body[at:])
    return REFERENCE.sub(lambda found: b"%d 0 R" % taken(int(found[1])), head) + rest


def _reference(body: bytes, name: bytes) -> bytes:
    found = re.search(rb"/%s (\d+) 0 R" % name, body)
    if found is None:
        raise ValueError(f"no {name.decode()}")
    return found[1]


def unified(body: bytes, bodies: dict[int, bytes]) -> bytes:
    """Give a ToUnicode map of which radicals are characters again, so that they are found when searched for.

    Fonts draw the radical U+2F5A and the character U+7247 with one glyph; Qt names the first.
    """
    at = body.find(b"stream\n")
    if at < 0:
        return body
    head = body[:at]
    data = body[at + 7 :]
    length = re.search(rb"/Length (\d+)( 0 R)?", head)
    if length is not None:
        size = int(bodies[int(length[1])]) if length[2] else int(length[1])
        data = data[:size]
    text = zlib.decompress(data) if b"FlateDecode" in head else data
    text = re.sub(rb"<([0-9A-Fa-f]{4})>", _character, text)
    packed = zlib.compress(text, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _tag_fonts(bodies: dict[int, bytes]) -> None:
    """Name each part of a font by its content: Qt counts them, from another number in each process."""
    for number, body in bodies.items():
        file = re.search(rb"/FontFile\d? (\d+) 0 R", body) if body.startswith(b"<< /Type /FontDescriptor") else None
        if file is not None:
            digest = hashlib.sha256(bodies[int(file[1])].partition(b"stream\n")[2]).digest()
            tag = bytes(65 + byte % 26 for byte in digest[:6])
            bodies[number] = re.sub(rb"/FontName /[A-Z]{6}\+", b"/FontName /" + tag + b"+", body)


def _character(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16)
    if not (0x2E80 <= code <= 0x2FD5 or 0xFB00 <= code <= 0xFB06 or code == 0x2012):
        return found[0]
    plain = SAME.get(code) or normalize("NFKC", chr(code))
    return b"<%s>" % plain.encode("utf-16-be").hex().upper().encode()


def _outlines(book: _Book, titles: list[str], numbers: list[int]) -> bytes:
    """Add the bookmarks of named pages; gives the words of the catalogue that lead to them."""
    named = [(title, number) for title, number in zip(titles, numbers, strict=True) if title]
    if not named:
        return b""
    parent = book.fresh()
    places = [book.fresh() for _ in named]
    for at, (title, number) in enumerate(named):
        near = b"" if at == 0 else b" /Prev %d 0 R" % places[at - 1]
        near += b"" if at + 1 == len(named) else b" /Next %d 0 R" % places[at + 1]
        body = b"<< /Title %s /Parent %d 0 R%s /Dest [%d 0 R /Fit] >>"
        book.put(places[at], body % (text_string(title), parent, near, number))
    body = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>"
    book.put(parent, body % (places[0], places[-1], len(named)))
    return b" /Outlines %d 0 R" % parent
