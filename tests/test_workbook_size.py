"""What a workbook claims to hold is counted before it is opened: the library that opens it would end the process."""

import zipfile

import pytest

from workbench.errors import SourceError
from workbench.sources import workbook_size
from workbench.sources.table_file import open_table

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SPACE = "http://schemas.openxmlformats.org/"
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Plan</t></is></c></row>'
)


def xlsx(path, rows, texts=()):
    links = f'<Relationships xmlns="{SPACE}package/2006/relationships"><Relationship Id="r1" Type="{SPACE}'
    links += 'officeDocument/2006/relationships/%s" Target="%s"/>%s</Relationships>'
    shared = f'<Relationship Id="r2" Type="{SPACE}officeDocument/2006/relationships/sharedStrings" '
    shared += 'Target="sharedStrings.xml"/>'
    parts = {
        "_rels/.rels": links % ("officeDocument", "xl/workbook.xml", ""),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{SPACE}officeDocument/2006/relationships"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links % ("worksheet", "worksheets/sheet1.xml", shared),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        "xl/calcChain.xml": f"<calcChain {MAIN}>" + '<c r="A9" i="1"/>' * 50 + "</calcChain>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{HEAD}{rows}</sheetData></worksheet>",
    }
    return packed(path / "roster.xlsx", parts)


def ods(path, rows):
    namespaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f"<office:document-content{namespaces}><office:body><office:spreadsheet>"
    content += f'<table:table table:name="a">{rows}</table:table>'
    content += "</office:spreadsheet></office:body></office:document-content>"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return packed(path / "roster.ods", parts)


def ods_row(*texts, rows=1, columns=1):
    cells = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>'


def packed(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def refusal(path):
    with pytest.raises(SourceError, match=r"allowed for a workbook\. Save the sheet as CSV") as caught:
        open_table(path)
    return str(caught.value)


def test_one_far_cell_claims_the_whole_rectangle(tmp_path):
    """The tempting check is the file's size, which is 1 KB; the reader would take 500 GB and die without a message."""
    told = refusal(xlsx(tmp_path, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert "roster.xlsx claims 17,179,869,184 cells, more than the 5,000,000" in told


def test_cells_that_do_not_say_where_they_stand_are_counted_row_by_row(tmp_path, monkeypatch):
    """Counting them all as one row would refuse this table of 22 cells."""
    monkeypatch.setattr(workbook_size, "CELLS", 25)
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 10
    assert len(list(open_table(xlsx(tmp_path, rows)).rows())) == 10
    assert "claims 44 cells" in refusal(xlsx(tmp_path, rows[: len(rows) // 10] * 21))


def test_a_text_that_cells_share_counts_for_each_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_size, "CHARACTERS", workbook_size.MB)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 22))
    assert "holds 1 MB of texts" in refusal(xlsx(tmp_path, rows, texts=["x" * 100_000]))
    assert len(list(open_table(xlsx(tmp_path, rows, texts=["x", "x" * 100_000])).rows())) == 20


def test_repeated_rows_and_cells_of_opendocument_count_as_often_as_they_say(tmp_path):
    head = ods_row("Name", "Plan")
    assert "claims 30,000,300 cells" in refusal(ods(tmp_path, head + ods_row("x", rows=100_000, columns=300)))
    assert "MB of texts" in refusal(ods(tmp_path, head + ods_row("x" * 10_000, rows=100_000)))


def test_the_empty_rows_that_end_a_sheet_of_libreoffice_are_no_cells(tmp_path):
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    end = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    path = ods(tmp_path, ods_row("Name", "Plan") + ods_row("Ana", "free") + end)
    assert [cells[:2] for _, cells in open_table(path).rows()] == [["Ana", "free"]]


def test_a_sheet_longer_than_a_piece_is_counted_whole(tmp_path, monkeypatch):
    """A cell's place cut in two by the end of a piece would be missed."""
    monkeypatch.setattr(workbook_size, "MB", 64)
    far = '<row r="700"><c r="ZZ700"><v>1</v></c></row>'
    for room in range(40):
        path = xlsx(tmp_path, "<row/>" * room + " " * (room % 7) + far)
        with zipfile.ZipFile(path) as archive:
            assert workbook_size._cells_of_xlsx(workbook_size._pieces(archive, "xl/worksheets/sheet1.xml"), [])[0] == (
                700 * 702
            )
