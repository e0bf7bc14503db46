"""How an export is damaged in `fuzz_imports.py`: bytes, texts, JSON, XML, tables, archives; by chance with a seed."""

import bz2
import gzip
import io
import json
import lzma
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from fuzz_seeds import Seed

Files = dict[str, bytes]

HOSTILE = (
    "", " ", "\0", "a\0b", "\ud83d", "é" * 3000, "=HYPERLINK(1)", "<script>", "%s%n", "../../x", "\u202eabc", "\ufeff",
    "9" * 400, "-1", "1e999", "NaN", "Infinity", "0x10", "null", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00",
    "2026-02-30", "2026-10-25T02:30:00", "1e18", "٣", "²", "१२", "slack:", ":", "a" * 70_000, "\u2028", "\r\n\r\n",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 0.5, -0.0, 1e308, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 253402300800, 62135596800000,
    -62135596801,
)  # fmt: skip
LONGEST_LINE = 30_000_000
_NUMBER = re.compile(rb"\d+")
_HUGE = (
    b"9" * 5000,
    b"1e999",
    b"-0",
    b"99999999999999999999",
    b"0" * 40,
    b"1" + b"0" * 25,
    b"253402300801",
    b"00",
    b"60",
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "cp437", "utf-7", "latin-1", "cp037")
_BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">%s]><posts>&%s;</posts>"""


def mutated(seed: Seed, others: list[Seed], chance: Random, given: Path) -> tuple[Path, list[str]]:
    """Writes a damaged copy of the seed below the folder `given`: what to import, and what was done to it."""
    files, done = dict(seed.files), []
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3))):
        name = chance.choice(sorted(files))
        how = chance.choice(_fitting(name))
        files[name] = how(files[name], chance, chance.choice(others))
        done.append(f"{how.__name__} {name}")
    if len(files) > 1 and chance.random() < 0.1:
        lost = chance.choice(sorted(files))
        del files[lost]
        done.append(f"without {lost}")
    if chance.random() < 0.08:
        other = chance.choice(others)
        files |= {name: data for name, data in other.files.items() if name not in files}
        done.append(f"mixed with {other.name}")
    packs = PACKS + ((_workbook,) if seed.format in ("table", "identities", "known") else ())
    pack = chance.choice((_single,) * 6 + packs if len(files) == 1 else (_folder,) * 4 + packs)
    path = pack(files, chance, given)
    done.append(pack.__name__)
    if path.is_file() and pack is not _single and chance.random() < 0.3:
        how = chance.choice((bits_flipped, truncated, piece_cut_out, junk_inserted))
        path.write_bytes(how(path.read_bytes(), chance, seed))
        done.append(f"then {how.__name__}")
    return path, done


# Bytes


def bits_flipped(data: bytes, chance: Random, _: Seed) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20)) if changed else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncated(data: bytes, chance: Random, _: Seed) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def piece_cut_out(data: bytes, chance: Random, _: Seed) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.choice((1, 7, 300, 5000)) :]


def piece_repeated(data: bytes, chance: Random, _: Seed) -> bytes:
    start, times = chance.randrange(len(data) + 1), chance.choice((1, 2, 30))
    piece = data[start : start + chance.choice((1, 40, 2000))]
    return data[:start] + piece * times + data[start:]


def junk_inserted(data: bytes, chance: Random, _: Seed) -> bytes:
    junk = (
        b"\0", b"\0" * 70_000, b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\x1f", b"\x1a", b'"', b"'", b"<", b"&", b"]]>",
        b"{", b"[", b"}", b"]", b",", b"\r", b"\n", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\x0c", b"\x0b", b"\x1c",
        b"From ", b"\xef\xbb\xbf", chance.randbytes(50),
    )  # fmt: skip
    start = chance.randrange(len(data) + 1)
    return data[:start] + chance.choice(junk) + data[start:]


def wrongly_encoded(data: bytes, chance: Random, _: Seed) -> bytes:
    return data.decode("utf-8", "replace").encode(chance.choice(_ENCODINGS), "replace")


def encoded_twice(data: bytes, chance: Random, _: Seed) -> bytes:
    return data.decode("latin-1").encode()


def other_newlines(data: bytes, chance: Random, _: Seed) -> bytes:
    return re.sub(rb"\r?\n", chance.choice((b"\r", b"\r\n", b"\n\n", b"", b" ", b"\r\r\n")), data)


def numbers_made_huge(data: bytes, chance: Random, _: Seed) -> bytes:
    often = chance.choice((1, 0.3, 0.02))
    return _NUMBER.sub(lambda found: chance.choice(_HUGE) if chance.random() < often else found[0], data)[:2_000_000]


def interleaved(data: bytes, chance: Random, other: Seed) -> bytes:
    """Line by line with a file of another export."""
    more = other.files[chance.choice(sorted(other.files))].splitlines(keepends=True)
    lines = data.splitlines(keepends=True)
    for line in more[:200]:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


def followed(data: bytes, chance: Random, other: Seed) -> bytes:
    both = (data, other.files[chance.choice(sorted(other.files))])
    return b"".join(both if chance.random() < 0.5 else both[::-1])


def emptied(data: bytes, chance: Random, _: Seed) -> bytes:
    return chance.choice((b"", b"\n", b"[]", b"{}", b"null", b"\xef\xbb\xbf", b"\0\0"))


def one_long_line(data: bytes, chance: Random, _: Seed) -> bytes:
    start = chance.randrange(len(data) + 1)
    return (
        data[:start]
        + chance.choice((b"a", b"(", b'"', b"<", b"\\", b" ", b"@", b"[", b"-", b"\xc3")) * 300_000
        + data[start:]
    )


def packed_again(data: bytes, chance: Random, _: Seed) -> bytes:
    return chance.choice((gzip.compress, bz2.compress, lzma.compress))(data)


# JSON


def json_changed(data: bytes, chance: Random, other: Seed) -> bytes:
    """Keys lost and doubled, values of another type, records repeated, at random places."""
    lines = data.splitlines() if data.count(b"\n{") > 1 else [data]
    at = chance.randrange(len(lines)) if lines else 0
    try:
        document = json.loads(lines[at])
    except (ValueError, IndexError, RecursionError):
        return bits_flipped(data, chance, other)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        document = _json_step(document, chance)
    try:
        text = json.dumps(document, ensure_ascii=chance.random() < 0.5)
    except (ValueError, RecursionError):
        return data
    if chance.random() < 0.2:  # a key that is there twice
        text = re.sub(r'("\w+"): ("[^"\\]*"|\d+)', r"\1: null, \1: \2, \1: [\2]", text, count=chance.choice((1, 5)))
    return b"\n".join([*lines[:at], text.encode("utf-8", "surrogatepass"), *lines[at + 1 :]])


def json_nested(data: bytes, chance: Random, _: Seed) -> bytes:
    """A value replaced by one that is nested very deeply."""
    places = [found.end() for found in re.finditer(rb"[:\[,]\s*", data)]
    start = chance.choice(places) if places else 0
    depth = chance.choice((50, 1000, 100_000))
    opens, closes = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"messages":', b"}]")))
    closed = closes * depth if chance.random() < 0.7 else b""
    return data[:start] + opens * depth + b"1" + closed + data[start:]


def json_widened(data: bytes, chance: Random, other: Seed) -> bytes:
    """Very many records that hold nothing."""
    if chance.random() < 0.9:  # they take their time
        return json_changed(data, chance, other)
    start = data.find(b"[") + 1
    one = chance.choice((b"{},", b"[],", b"1,", b'"",', b'{"id":1},'))
    return data[:start] + one * 500_000 + data[start:]


def _json_step(value, chance: Random):
    """The document with one change somewhere inside."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        if chance.random() < 0.12:
            return {one: value[one] for one in value if one != key}
        return {**value, key: _json_step(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        if chance.random() < 0.08:
            return value[:at] + [value[at]] * 2 + value[at:]
        return [*value[:at], _json_step(value[at], chance), *value[at + 1 :]]
    return chance.choice(
        (None, True, False, [], {}, [None], [[]], [{}], {"id": None}, {"": ""}, [value, value], {"id": value},
         str(value), float("nan"), chance.choice(NUMBERS), chance.choice(NUMBERS), chance.choice(HOSTILE),
         chance.choice(HOSTILE))
    )  # fmt: skip


# Lines, tables, letters, XML


def cells_changed(data: bytes, chance: Random, other: Seed) -> bytes:
    """Cells of a table replaced, lines of another length, quotation marks left open."""
    lines = data.decode("utf-8", "replace").split("\n")
    sign = chance.choice(",;\t|")
    for _ in range(chance.choice((1, 3, 10))):
        at = chance.choice((0, chance.randrange(len(lines))))
        cells = re.split("[,;\t]", lines[at])
        where = chance.randrange(len(cells))
        cells[where] = chance.choice(
            (*HOSTILE, '"', f'"{cells[where]}', cells[-1], "1.234,56", "1,234.56", "$3", "31/12/99")
        )
        if chance.random() < 0.2:
            times = chance.choice((2, 300))
            cells *= times if times * len(",".join(cells)) < LONGEST_LINE else 1
        lines[at] = (sign if chance.random() < 0.1 else ",").join(cells[: chance.choice((1, 5, None))])
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def lines_shuffled(data: bytes, chance: Random, _: Seed) -> bytes:
    lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def words_swapped(data: bytes, chance: Random, _: Seed) -> bytes:
    """Hostile texts in the place of words."""
    words = [(found.start(), found.end()) for found in re.finditer(rb"\w+", data)]
    for start, end in sorted(chance.sample(words, min(len(words), chance.choice((1, 5, 30)))), reverse=True):
        data = data[:start] + chance.choice(HOSTILE).encode("utf-8", "surrogatepass") + data[end:]
    return data


def letter_headers(data: bytes, chance: Random, _: Seed) -> bytes:
    """Headers that make parsers of letters stumble."""
    part = b"--x\nContent-Type: multipart/mixed; boundary=x\n\n"
    odd = (
        b'Content-Type: text/plain; charset="no-such"', b'Content-Type: multipart/mixed; boundary=""',
        b"Content-Type: x", b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode",
        b"From: Ana <>",
        b"Date: Thu, 99 Foo 99999 99:99:99 +9999", b"Date: Mon, 1 Jan 0000 00:00:00 -0000",
        b"From: =?utf-8?b?////?= <>",
        b"From: " + b"(" * 2000, b'From: "' + b"a" * 9000, b"References: " + b"<a@b> " * 20_000, b"Message-ID: <>",
        b"Message-ID:", b"Subject: =?x?q?=00=ff?=", b"Subject: =?utf-8?q?" + b"=C3" * 3000, b"From: a" + b",a@b" * 5000,
        b"List-Id: <" + b"." * 5000 + b">", b"Content-Type: message/rfc822", b"To: =?us-ascii?Q?" + b"?=" * 3000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 300, b"Content-Type: text/html; charset=utf-16",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*999999999999=x",
    )  # fmt: skip
    places = [found.end() for found in re.finditer(rb"(?m)^[A-Z][\w-]+: .*\n", data)] or [0]
    start = chance.choice(places)
    return data[:start] + chance.choice(odd) + b"\n" + data[start:]


def xml_hostile(data: bytes, chance: Random, _: Seed) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        levels = b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9))
        return _BOMB % (levels, b"b8")
    if kind == 1:
        return re.sub(rb"<(\w+)", rb'<!DOCTYPE x [<!ENTITY e SYSTEM "../secret.txt">]><\1', data, count=1).replace(
            b'="', b'="&e;'
        )
    if kind == 2:
        return re.sub(rb'(\w+)="[^"]*"', rb'\1="x" \1="y"', data, count=chance.choice((1, 9)))
    if kind == 3:
        return data.replace(b"<row", b"<row>" * chance.choice((1, 500)) + b"<row", 1)
    if kind == 4:
        return re.sub(
            rb'="([^"]*)"', lambda m: b'="%s"' % chance.choice(HOSTILE).encode("utf-8", "replace"), data, count=40
        )
    return data.replace(b"?>", chance.choice((b' encoding="utf-7"?>', b' encoding="x"?>', b' encoding="utf-16"?>')), 1)


BYTES: tuple[Callable, ...] = (
    bits_flipped, truncated, piece_cut_out, piece_repeated, junk_inserted, junk_inserted, wrongly_encoded,
    encoded_twice, other_newlines, numbers_made_huge, interleaved, followed, emptied, one_long_line, packed_again,
    words_swapped,
)  # fmt: skip
_BY_ENDING: dict[str, tuple[Callable, ...]] = {
    "json": (json_changed,) * 14 + (json_nested, json_nested, json_widened),
    "jsonl": (json_changed,) * 14 + (json_nested, lines_shuffled),
    "csv": (cells_changed,) * 8 + (lines_shuffled,),
    "toml": (cells_changed, lines_shuffled),
    "txt": (cells_changed, lines_shuffled, lines_shuffled),
    "xml": (xml_hostile,) * 6,
    "mbox": (letter_headers,) * 8 + (lines_shuffled,),
}


def _fitting(name: str) -> tuple[Callable, ...]:
    return BYTES + _BY_ENDING.get(name.rpartition(".")[2].lower(), ())


# Archives


def _single(files: Files, chance: Random, given: Path) -> Path:
    name, data = chance.choice(sorted(files.items()))
    path = given / name.rpartition("/")[2]
    path.write_bytes(data)
    return path


def _folder(files: Files, chance: Random, given: Path) -> Path:
    path = given / "export"
    path.mkdir()
    for name, data in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return path


def _zip(files: Files, chance: Random, given: Path, *, odd: Callable | None = None) -> Path:
    path = given / "export.zip"
    top = chance.choice(("", "", "export/"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(top + name, data)
        if odd:
            odd(archive, chance)
    return path


def _tar(files: Files, chance: Random, given: Path, *, hostile: bool = False) -> Path:
    kind = chance.choice(("", "gz", "gz", "bz2", "xz"))
    path = given / f"export.tar{'.' * bool(kind)}{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if hostile:
            info = tarfile.TarInfo(chance.choice(("../out", "/tmp/out", "in", "a/../../out", "dev", "", "x" * 5000)))
            info.type = chance.choice(
                (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.REGTYPE)
            )
            info.linkname = chance.choice(("../secret.txt", "/etc/passwd", "in", next(iter(files), "")))
            archive.addfile(info)
    return path


def _hostile_tar(files: Files, chance: Random, given: Path) -> Path:
    return _tar(files, chance, given, hostile=True)


def _hostile_zip(files: Files, chance: Random, given: Path) -> Path:
    path = _zip(files, chance, given, odd=chance.choice((_escape, _link, _bomb, _twice, _odd_names, _inner)))
    data = bytearray(path.read_bytes())
    if chance.random() < 0.3:  # a field of some entry's header: sizes, method, flags, offsets
        for at in [found.start() for found in re.finditer(b"PK\x01\x02|PK\x03\x04|PK\x05\x06", data)]:
            if chance.random() < 0.4:
                data[at + chance.randrange(4, 40) : at + 40] = chance.randbytes(chance.choice((1, 2, 4)))
        path.write_bytes(data)
    return path


def _linked_folder(files: Files, chance: Random, given: Path) -> Path:
    path = _folder(files, chance, given)
    (path / "link.json").symlink_to(
        chance.choice(("../../secret.txt", "/etc/passwd", ".", "link.json", next(iter(files), "x")))
    )
    return path


def _workbook(files: Files, chance: Random, given: Path) -> Path:
    """An Excel file whose sheet was written by hand: far cells, entities, many empty rows."""
    far = f"{chance.choice(('A', 'Z', 'XFD'))}{chance.choice((3, 5000, 1048576))}"
    rows = chance.choice((
        f'<row r="2"><c r="{far}" t="inlineStr"><is><t>x</t></is></c></row>', '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="9999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>', '<row r="2"/>' * 100_000,
        '<row><c t="s"><v>99999</v></c></row>', '<row><c t="d"><v>2026-99-99</v></c><c><v>1e400</v></c></row>',
    ))  # fmt: skip
    head = "".join(
        f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in ("member_id", "joined_at", "person", "account")
    )
    space, main = (
        "http://schemas.openxmlformats.org/",
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    )
    links = f'<Relationships xmlns="{space}package/2006/relationships"><Relationship Id="r1" Type="{space}'
    links += 'officeDocument/2006/relationships/%s" Target="%s"/></Relationships>'
    parts = {
        "_rels/.rels": links % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{space}officeDocument/2006/relationships"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links % ("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet {main}><sheetData><row r="1">{head}</row>{rows}</sheetData>'
        "</worksheet>",
    }
    path = given / "roster.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def _escape(archive: zipfile.ZipFile, chance: Random) -> None:
    archive.writestr(
        chance.choice(("../out.json", "/tmp/out.json", "a/../../out.json", "C:\\out.json", "..\\out.json")), b"[]"
    )


def _link(archive: zipfile.ZipFile, chance: Random) -> None:
    info = zipfile.ZipInfo(chance.choice(("users.json", "link", "general/2026-10-01.json")))
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, chance.choice(("../secret.txt", "/etc/passwd", "channels.json")))


def _bomb(archive: zipfile.ZipFile, chance: Random) -> None:
    megabytes = chance.choice((1, 20, 90))
    name = chance.choice(
        ("users.json", "messages.json", "Posts.xml", "result.json", "chat.txt", "x.mbox", "realm.json")
    )
    with archive.open(name, "w", force_zip64=True) as stream:
        one = chance.choice((b"\0", b"[", b" ", b"{},", b"<a>", b"1,", b"\n")) * 300_000
        for _ in range(megabytes * (1 << 20) // len(one)):
            stream.write(one)


def _twice(archive: zipfile.ZipFile, chance: Random) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(chance.choice(archive.namelist()), chance.randbytes(40))


def _odd_names(archive: zipfile.ZipFile, chance: Random) -> None:
    names = (
        "a\nb.json",
        "é.json",
        "x" * 60_000,
        ".",
        "a//b.json",
        "a/",
        "\u202e.json",
        "CON",
        "general/",
        "\ud83d".encode("utf-8", "replace").decode(),
    )
    archive.writestr(chance.choice(names), b"[{}]")


def _inner(archive: zipfile.ZipFile, chance: Random) -> None:
    """Archives in archives in archives."""
    data = b"[]"
    for _ in range(chance.choice((1, 30))):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as inner:
            inner.writestr("export.zip", data)
        data = made.getvalue()
    archive.writestr("export.zip", data)


PACKS: tuple[Callable, ...] = (_zip, _zip, _tar, _hostile_zip, _hostile_tar, _linked_folder)
