"""Makes meta-history.zip from the official dump: `python make_meta_history.py DUMP.zip`.

Keeps every row, and of each row only the attributes that the importer reads; the same dump gives the same bytes.
"""

import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from defusedxml.ElementTree import iterparse

KEPT = {
    "Badges.xml": ("Id", "UserId", "Name", "Date"),
    "Comments.xml": ("Id", "PostId", "CreationDate", "UserId", "Text"),
    "Posts.xml": (
        "Id", "PostTypeId", "ParentId", "AcceptedAnswerId", "CreationDate", "OwnerUserId", "Title", "Tags", "Body",
    ),
    "Users.xml": ("Id", "CreationDate", "DisplayName", "LastAccessDate"),
}  # fmt: skip


def slim(stream, root: str, kept: tuple[str, ...]) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<{root}>"]
    for _, element in iterparse(stream):
        if element.tag == "row":
            given = ((name, element.get(name)) for name in kept)
            lines.append(
                "  <row" + "".join(f" {name}={quoteattr(text)}" for name, text in given if text is not None) + " />"
            )
    return "\n".join([*lines, f"</{root}>", ""]).encode()


def main(dump: Path, made: Path) -> None:
    with zipfile.ZipFile(dump) as given, zipfile.ZipFile(made, "w") as zipped:
        for name, kept in KEPT.items():
            info = zipfile.ZipInfo(name, date_time=(2018, 9, 2, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, zipfile.ZIP_DEFLATED
            with given.open(name) as stream:
                zipped.writestr(info, slim(stream, name.removesuffix(".xml").lower(), kept), compresslevel=9)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("meta-history.zip"))
