"""A CSV file or one sheet of a workbook, opened as headers and rows of cells."""

import codecs
import csv
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import BinaryIO

from workbench.errors import SourceError, did_you_mean
from workbench.sources import workbook_size

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SAMPLE_BYTES = 1 << 16
LONGEST_CELL = 1 << 20
LONGEST_LINE = 1 << 24
HEADER_WITHIN = 20
_ATTEMPTS = 20

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 with a byte order mark"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 with a byte order mark"),
)
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
_VALUE = re.compile(r"[\W\d_]+|\d.*[:/.-].*\d.*")  # a number, a date, a time: no header
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Cells = list | str
"""The cells of one record, or why it could not be read."""


@dataclass(frozen=True)
class Opened:
    """A table with its headers found. `rows()` starts anew at each call and yields (line number, cells)."""

    headers: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[int, Cells]]]
    above: int
    """Lines above the headers."""
    evidence: str
    """How the file was understood, for a person."""
    others: tuple[str, ...] = ()
    """Sheets that are not read."""
    sheet: str = ""

    def place(self, line: int) -> str:
        return f"sheet {self.sheet}, row {line}" if self.sheet else f"line {line}"


def open_table(
    path: Path,
    *,
    wanted: Collection[str] = (),
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
) -> Opened:
    """The table in `path`. The headers are the first row that holds all `wanted` ones, else the first that looks
    like headers. Raises `SourceError` when there is none."""
    if is_workbook(path):
        return _open_workbook(path, wanted, sheet)
    return _open_text(path, wanted, encoding, delimiter)


def as_text(cell) -> str:
    """A cell as a person would type it.

    >>> as_text(12.0), as_text(True), as_text(datetime(2024, 3, 1)), as_text(datetime(2024, 3, 1, 9, 5))
    ('12', 'yes', '2024-03-01', '2024-03-01 09:05:00')
    """
    if type(cell) is str:
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def clean_header(cell) -> str:
    """A header without what the eye does not see: spaces at the ends, line breaks, decomposed accents."""
    return " ".join(unicodedata.normalize("NFC", as_text(cell)).replace("\ufeff", "").split())


def named_headers(cells: list) -> tuple[str, ...]:
    """Headers made unique, so that each column has a name.

    >>> named_headers(["Date", "", "Date"])
    ('Date', 'column 2', 'Date (2)')
    """
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        wanted = name = clean_header(cell) or f"column {number}"
        again = 2
        while name in names:
            name, again = f"{wanted} ({again})", again + 1
        names.append(name)
    return tuple(names)


def _header_at(rows: list[list], wanted: Collection[str]) -> int | None:
    """Which of the first rows holds the headers."""
    if wanted and (index := _with_all(rows, wanted)) is not None:
        return index
    width = max((sum(bool(as_text(cell).strip()) for cell in row) for row in rows), default=0)
    for index, row in enumerate(rows):
        filled = [text for cell in row if (text := as_text(cell).strip())]
        if len(filled) >= max(2 if not wanted else 1, width / 2):
            # A title above the headers has few cells; a full row that is none of headers is already data.
            return index if _looks_like_headers(filled) else None
    return None


def _with_all(rows: list[list], wanted: Collection[str]) -> int | None:
    return next((index for index, row in enumerate(rows) if set(wanted) <= set(named_headers(row))), None)


def _looks_like_headers(filled: list[str]) -> bool:
    values = sum(bool(_VALUE.fullmatch(text)) for text in filled)
    long = sum(len(text) > 80 or len(text.split()) > 12 for text in filled)
    return values <= len(filled) / 5 and long <= len(filled) / 5


# Text


def glance(path: Path) -> Opened | None:
    """The table in a text file as far as its first lines show one."""
    try:
        return _open_text(path, (), "", "", glance=True)
    except (SourceError, OSError):
        return None


def _open_text(path: Path, wanted: Collection[str], encoding: str, delimiter: str, *, glance: bool = False) -> Opened:
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        whole = not file.read(1)
    if encoding:
        errors, known = "replace", f"{encoding}, as the mapping says"
    else:
        encoding, errors, known = _encoding(path, sample, glance)
    text = _decoded(sample, encoding)
    if not whole:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    if not wanted and _no_table(text):
        raise SourceError(f"{path.name} is no delimited text.")
    declared = re.match(r'"?sep=(.)"?\r?\n', text)
    if declared:
        delimiter = delimiter or declared[1]
    found = _delimiter_and_headers(text, delimiter, wanted)
    if found is None:
        raise SourceError(
            f"{path.name} has no row of headers that could be found, or no delimiter: tried "
            f"{', '.join(DELIMITERS.values())}. Write the columns' names into its first row, separated by the same "
            "sign as the rows below."
        )
    delimiter, headers, line = found
    evidence = f"{known}; columns separated by {DELIMITERS.get(delimiter, repr(delimiter))}"

    def read() -> Iterator[tuple[int, Cells]]:
        return _text_rows(path, encoding, errors, delimiter, skip=line)

    return Opened(headers, read, line - 1, evidence)


def _no_table(text: str) -> bool:
    start = text.lstrip("\ufeff \t\r\n")[:1]
    strange = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 0xFFFD))
    return not start or start in "{[<" or strange > len(text) / 50


def _decoded(sample: bytes, encoding: str) -> str:
    try:
        text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample)
    except LookupError:
        raise SourceError(f'encoding = "{encoding}" is not known. Write utf-8, utf-16 or cp1252.') from None
    return text.replace("\0", "")


def _encoding(path: Path, sample: bytes, glance: bool) -> tuple[str, str, str]:
    """Encoding, what to do with bad bytes, and how it is known. The whole file is looked at once: a wrong guess
    found out in its last line would come too late."""
    for mark, encoding, known in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding, "replace", known
    if len(sample) > 3:
        for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
            half = sample[first::2]
            if half.count(0) > len(half) * 0.4 and sample[1 - first :: 2].count(0) < len(half) * 0.1:
                return encoding, "replace", "UTF-16 (every other byte is zero)"
    with io.BytesIO(sample) if glance else path.open("rb") as file:
        good, bad = _utf8_evidence(file)
    if not bad:
        return "utf-8", "replace" if glance else "strict", "UTF-8 (valid throughout)"
    if good > 10 * bad:
        return "utf-8", "replace", f"UTF-8 ({bad} damaged characters shown as �)"
    return "cp1252", "replace", "Windows-1252 (not valid UTF-8)"


def _utf8_evidence(file: BinaryIO) -> tuple[int, int]:
    """How many characters beyond ASCII are right in UTF-8, and how many places are wrong."""
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    while chunk := file.read(1 << 20):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        wrong = len(re.findall("[\udc80-\udcff]", text))
        bad += wrong
        good += len(text) - len(text.encode("ascii", "ignore")) - wrong
    return good, bad + len(decoder.decode(b"", final=True))


def _delimiter_and_headers(
    text: str, delimiter: str, wanted: Collection[str]
) -> tuple[str, tuple[str, ...], int] | None:
    """The delimiter that cuts most rows alike or gives all `wanted` headers; the headers; the line they end on."""
    best = None
    for candidate in [delimiter] if delimiter else DELIMITERS:
        rows, lines = _first_rows(text, candidate)
        if not rows:
            continue
        width, times = max(Counter(len(row) for row in rows).items(), key=lambda item: item[::-1])
        usual = [at for at, row in enumerate(rows) if len(row) == width]
        asked = wanted and _with_all(rows[:HEADER_WITHIN], wanted) is not None
        places = range(len(rows)) if asked else usual
        index = _header_at([rows[at] for at in places[:HEADER_WITHIN]], wanted)
        if index is None or (not delimiter and not asked and (width < 2 or times < 0.7 * len(rows))):
            continue
        score = (bool(asked), round(times / len(rows), 1), width)
        if best is None or score > best[0]:
            best = (score, candidate, named_headers(rows[places[index]]), lines[places[index]])
    return best and best[1:]


def _first_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, lines = [], []
    try:
        for row in reader:
            if any(row) and not (reader.line_num == 1 and row[0].startswith("sep=")):
                rows.append(row)
                lines.append(reader.line_num)
            if len(rows) == 200:
                break
    except csv.Error:
        pass
    return rows, lines


def _text_rows(path: Path, encoding: str, errors: str, delimiter: str, *, skip: int) -> Iterator[tuple[int, Cells]]:
    # The csv module has one limit for the whole process; raising it once is all that can be done.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    with path.open("r", encoding=encoding, errors=errors, newline="") as stream:
        for start, cells in _records(_lines(stream, path), delimiter, first=1, attempts=_ATTEMPTS):
            if start > skip:
                yield start, cells


def _records(lines: Iterator[str], delimiter: str, *, first: int, attempts: int) -> Iterator[tuple[int, Cells]]:
    """Records with the line on which each begins. A quotation mark that is never closed would swallow all that
    follows: its line alone is given up, and the lines after it are read anew."""
    taken: list[str] = []

    def watched() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(watched(), delimiter=delimiter)
    last = None
    while True:
        start = first + reader.line_num
        try:
            cells: Cells | None = next(reader)
        except StopIteration:
            break
        except csv.Error:
            cells = None
        if last:
            yield last[0], last[1]
            last = None
        if cells is None:
            yield from _given_up(taken, delimiter, start, attempts)
        else:
            last = (start, cells, taken[:])
        taken.clear()
    if last and _is_open(last[2], delimiter):
        yield from _given_up(last[2], delimiter, last[0], attempts)
    elif last:
        yield last[0], last[1]


def _given_up(lines: list[str], delimiter: str, start: int, attempts: int) -> Iterator[tuple[int, Cells]]:
    if attempts:
        yield start, "a quotation mark is not closed"
        yield from _records(iter(lines[1:]), delimiter, first=start + 1, attempts=attempts - 1)
    else:
        end = start + len(lines) - 1
        yield start, f"quotation marks are not closed again and again; lines {start} to {end} are not read"


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether a record ends inside quotation marks."""
    try:
        list(csv.reader(iter(lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _lines(stream, path: Path) -> Iterator[str]:
    for line in iter(partial(stream.readline, LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise SourceError(f"{path.name} has a line of more than {LONGEST_LINE >> 20} million characters: no table.")
        yield line.replace("\0", "") if "\0" in line else line


# Workbooks


def is_workbook(path: Path) -> bool:
    """Whether `path` is an Excel or OpenDocument workbook, by its content."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic == _OLE:
        import python_calamine

        try:
            python_calamine.CalamineWorkbook.from_path(path)
        except python_calamine.PasswordError:
            return True
        except python_calamine.CalamineError:
            return False
        return True
    if magic[:4] != _ZIP:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if names & {"xl/workbook.xml", "xl/workbook.bin"}:
                return True
            return "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:100]
    except _DAMAGE:
        return False


def _open_workbook(path: Path, wanted: Collection[str], sheet: str) -> Opened:
    sheets = _sheets(path)
    if sheet and sheet not in sheets:
        raise SourceError(f'{path.name} has no sheet "{sheet}". {did_you_mean(sheet, sheets)}')
    found = {}
    for name in [sheet] if sheet else sheets:
        index = _header_at(sheets[name][:HEADER_WITHIN], wanted)
        if index is not None:
            found[name] = index
    if not found:
        raise SourceError(
            f"{path.name} has no row of headers within the first {HEADER_WITHIN} rows of "
            f"{', '.join(sheets) or 'any sheet'}. Write the columns' names into the first row."
        )
    complete = [name for name in found if wanted and set(wanted) <= set(named_headers(sheets[name][found[name]]))]
    chosen = (complete or list(found))[0]
    rows, index = sheets[chosen], found[chosen]
    others = tuple(name for name, cells in sheets.items() if name != chosen and cells)

    def read() -> Iterator[tuple[int, Cells]]:
        return ((number, cells) for number, cells in enumerate(rows[index + 1 :], index + 2))

    return Opened(named_headers(rows[index]), read, index, f'sheet "{chosen}" of a workbook', others, chosen)


def _sheets(path: Path) -> dict[str, list[list]]:
    """All sheets with their cells from the first row on. A workbook is held in memory, as its format wants."""
    import python_calamine

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                why = workbook_size.too_large(archive)
            if why:
                raise SourceError(f"{path.name} {why} allowed for a workbook. Save the sheet as CSV and import that.")
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        return {name: _cells(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except python_calamine.PasswordError:
        raise SourceError(f"{path.name} is protected by a password. Save it without one and import that.") from None
    except (python_calamine.CalamineError, *_DAMAGE) as error:
        raise SourceError(f"{path.name} is a damaged workbook: {error}. Export it again, or save it as CSV.") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the reader's library ends on some damaged files
            raise
        raise SourceError(f"{path.name} is a damaged workbook. Export it again, or save it as CSV.") from None


def _cells(sheet) -> list[list]:
    return list(sheet.iter_rows()) if sheet.start is not None else []
