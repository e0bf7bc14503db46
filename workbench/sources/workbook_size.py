"""How much memory a workbook would take, counted before it is opened: a file of 1 KB can claim 17 billion cells."""

import re
import zipfile
from collections.abc import Iterator

MB = 1 << 20
CELLS = 5_000_000
CHARACTERS = 256 * MB
"""Of texts: a text that cells share is copied for each of them."""
UNPACKED = 256 * MB

_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
_PLACE = re.compile(rb"""\br=["']([A-Z]{0,5})(\d{1,12})["']""")
_SHARED = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})""")
_TEXT_END = re.compile(rb"</(?:\w+:)?si>")
_ODS_ROW = re.compile(rb"<table:table-row\b")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated=["'](\d{1,9})["']""")
_ODS_ROWS = re.compile(rb"""[^>]*?number-rows-repeated=["'](\d{1,9})["']""")


def too_large(archive: zipfile.ZipFile) -> str:
    """Why a workbook (.xlsx or .ods) is not to be opened, "" if it may be.

    All cells of the rectangle around a sheet's outermost ones count, as the reader keeps them all.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > UNPACKED:
        return f"unpacks to {unpacked // MB:,} MB, more than the {UNPACKED // MB:,} MB"
    lengths = [len(text) for text in _TEXT_END.split(_whole(archive, "xl/sharedStrings.xml"))]
    cells = characters = 0
    for name in archive.namelist():
        if name == "content.xml":
            more, copied = _cells_of_ods(archive.read(name))
        elif name.startswith("xl/") and name.endswith(".xml") and name != "xl/sharedStrings.xml":
            more, copied = _cells_of_xlsx(_pieces(archive, name), lengths)
        else:
            continue
        cells, characters = cells + more, characters + copied
    if cells > CELLS:
        return f"claims {cells:,} cells, more than the {CELLS:,}"
    if characters > CHARACTERS:
        return f"holds {characters // MB:,} MB of texts, more than the {CHARACTERS // MB:,} MB"
    return ""


def _cells_of_xlsx(pieces: Iterator[bytes], lengths: list[int]) -> tuple[int, int]:
    rows = widest = at = tags = characters = 0
    for piece in pieces:
        for number, row in enumerate(_ROW.split(piece)):
            if number:
                at, tags = 0, tags + 1
            at += len(_CELL.findall(row))  # cells need not say where they stand
            widest = max(widest, at)
        for letters, digits in set(_PLACE.findall(piece)):
            rows, widest = max(rows, int(digits)), max(widest, _column(letters))
        characters += sum(lengths[place] for text in _SHARED.findall(piece) if (place := int(text)) < len(lengths))
    return max(rows, tags) * widest, characters


def _cells_of_ods(data: bytes) -> tuple[int, int]:
    rows = widest = last = characters = 0
    for row in _ODS_ROW.split(data)[1:]:
        repeated = _ODS_ROWS.match(row)
        times = int(repeated[1]) if repeated else 1
        rows += times
        width = filled = 0
        for cell in _ODS_CELL.finditer(row):
            columns = _ODS_COLUMNS.search(cell[1])
            width += int(columns[1]) if columns else 1
            if not cell[2] or b"value" in cell[1]:
                end = row.find(b"</table:table-cell", cell.end())
                characters += times * (width - filled) * (max(end - cell.end(), 0) + len(cell[1]))
                filled = width
        if filled:  # what is empty beyond the last filled cell is not kept
            last, widest = rows, max(widest, filled)
    return last * widest, characters


def _column(letters: bytes) -> int:
    """
    >>> _column(b"A"), _column(b"XFD"), _column(b"")
    (1, 16384, 0)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _whole(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.NameToInfo else b""


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The cells of a sheet in pieces that end before a tag."""
    rest, begun = b"", False
    with archive.open(name) as stream:
        while piece := stream.read(MB):
            rest += piece
            if not begun:
                start = rest.find(b"sheetData")
                begun, rest = start >= 0, rest[start:] if start >= 0 else rest[-20:]
                continue
            end = rest.rfind(b"<", max(len(rest) - MB // 2, 1))
            end = end if end > 0 else len(rest)
            yield rest[:end]
            rest = rest[end:]
    if begun:
        yield rest
