"""Files that come broken, odd or hostile, made from a seed: what a council's inbox may hold on its worst day.

The kinds take turns. The names say what a file claims to be; the kind says what was
done to it. Nothing here is larger than a few hundred kilobytes on disk, whatever it would unpack to.
"""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"

Made = tuple[str, bytes]  # a name and its bytes
Parts = dict[str, bytes]


def broken_files(seed: int, count: int) -> Iterator[tuple[str, str, bytes]]:
    """`count` files as kind, name and bytes; each kind comes round again with other dice."""
    kinds = list(KINDS.items())
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        name, content = make(random.Random(f"{seed} {number}"))
        yield kind, name, content


# The sound files that others are spoilt from


@cache
def sound_xlsx() -> bytes:
    """Words, counts, a percentage, a date and a formula, on two sheets."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Figures"
    sheet.append(["Measure", "Count", "Out of", "Share", "Made on"])
    for row in range(2, 40):
        sheet.append([f"measure {row}", row * 7, row * 11 + 0.25, 0.01 * row, f"2026-03-{row % 28 + 1:02d}"])
        sheet.cell(row, 4).number_format = "0.0%"
    book.create_sheet("Notes")["A1"] = "Kept by the service"
    out = io.BytesIO()
    book.save(out)
    return packed(_with_shared_texts(parts_of(out.getvalue())))


def _with_shared_texts(parts: Parts) -> Parts:
    """Texts in a part of their own, as Excel keeps them; openpyxl writes each into its cell."""
    texts: list[str] = []

    def shared(match: re.Match[str]) -> str:
        texts.append(match[1])
        return f't="s"><v>{len(texts) - 1}</v></c>'

    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        written = re.sub(r't="inlineStr"><is><t>([^<]*)</t></is></c>', shared, parts[name].decode())
        parts[name] = written.encode()
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    relation = f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    listed = parts["xl/_rels/workbook.xml.rels"].decode().replace("</Relationships>", relation)
    return {
        **parts,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>'.encode(),
        "xl/_rels/workbook.xml.rels": listed.encode(),
    }


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, first: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: name != first):
            archive.writestr(name, parts[name], zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def xlsx(sheet: str = "<sheetData/>", others: dict[str, str | bytes | None] | None = None) -> bytes:
    """A small workbook with the given body of its one sheet. Other parts by name, None to leave one out."""
    parts: dict[str, str | bytes | None] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Figures" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": sheet
        if sheet.startswith(("<?xml", "<!"))
        else f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }
    parts |= others or {}
    return packed({k: v.encode() if isinstance(v, str) else v for k, v in parts.items() if v is not None})


def relations(*given: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(given, start=1)
    )
    return f'<Relationships xmlns="{RELS}">{listed}</Relationships>'


def ods(table: str = "", before: str = "", manifest: str = "") -> bytes:
    """A small spreadsheet with the given rows in its one table."""
    content = (
        f'<office:document-content xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" '
        f'xmlns:text="{ODF}:text:1.0" xmlns:style="{ODF}:style:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"{before}<office:body><office:spreadsheet>"
        f'<table:table table:name="Figures">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">{manifest}</manifest:manifest>'.encode(),
            "content.xml": content.encode(),
        },
        first="mimetype",
    )


# Kinds


def _flipped_bytes(dice: random.Random) -> Made:
    content = bytearray(sound_xlsx())
    for _ in range(dice.randint(1, 3)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return "flipped.xlsx", bytes(content)


def _flipped_in(part: str) -> Callable[[random.Random], Made]:
    """Changed inside, and packed again: sums agree, the XML may not."""

    def make(dice: random.Random) -> Made:
        parts = parts_of(sound_xlsx())
        content = bytearray(parts[part])
        content[dice.randrange(len(content))] = dice.randrange(256)
        return "inside.xlsx", packed({**parts, part: bytes(content)})

    return make


def _cut_short(dice: random.Random) -> Made:
    content = sound_xlsx()
    return "cut.xlsx", content[: dice.randrange(1, len(content))]


def _cut_ods(dice: random.Random) -> Made:
    content = ods('<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>')
    return "cut.ods", content[: dice.randrange(1, len(content))]


def _part_missing(dice: random.Random) -> Made:
    parts = parts_of(sound_xlsx())
    del parts[dice.choice(sorted(parts))]
    return "missing.xlsx", packed(parts)


def _part_swapped(dice: random.Random) -> Made:
    parts = parts_of(sound_xlsx())
    one, other = dice.sample(sorted(parts), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return "swapped.xlsx", packed(parts)


def _no_workbook(dice: random.Random) -> Made:
    return "none.xlsx", xlsx(others={"xl/workbook.xml": None})


def _bomb(dice: random.Random) -> Made:
    """Zeros by the hundred million in a few hundred kilobytes."""
    parts = parts_of(sound_xlsx())
    return "bomb.xlsx", packed({**parts, "xl/media/image1.png": bytes(dice.choice((40_000_000, 60_000_000)))})


def _lying_bomb(dice: random.Random) -> Made:
    """A part that unpacks to far more than the zip's list says."""
    content = bytearray(packed({**parts_of(sound_xlsx()), "xl/zeros.bin": bytes(20_000_000)}))
    return "lying.xlsx", bytes(_with_size(content, b"xl/zeros.bin", dice.choice((0, 10, 100_000))))


def _declares_too_much(dice: random.Random) -> Made:
    content = bytearray(packed({**parts_of(sound_xlsx()), "xl/zeros.bin": bytes(10)}))
    return "boast.xlsx", bytes(_with_size(content, b"xl/zeros.bin", 0xFFFF_FF00))


def _with_size(content: bytearray, name: bytes, size: int) -> bytearray:
    """Write another unpacked size into both of the zip's headers of a part."""
    for magic, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := content.find(magic, at + 1)) >= 0:
            if content[at + name_at : at + name_at + len(name)] == name:
                struct.pack_into("<I", content, at + size_at, size)
    return content


def _many_parts(dice: random.Random) -> Made:
    return "parts.xlsx", packed(
        {**parts_of(sound_xlsx()), **{f"xl/p{n}": b"" for n in range(dice.randint(2_001, 2_500))}}
    )


def _climbing_names(dice: random.Random) -> Made:
    name = dice.choice(("../../evil.xml", "/etc/passwd", "C:/evil.xml", "xl\\worksheets\\sheet9.xml", "xl/\x07.xml"))
    out = io.BytesIO(sound_xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    return "names.xlsx", out.getvalue()


def _twice_the_same_part(dice: random.Random) -> Made:
    content = packed({**parts_of(sound_xlsx()), "xl/worksheets/sheet9.xml": b"<x/>"})
    return "twins.xlsx", content.replace(b"xl/worksheets/sheet9.xml", b"xl/worksheets/sheet1.xml")


def _laughs(dice: random.Random) -> Made:
    """Entities that unfold into a thousand million letters."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE x [{entities}]><worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row></sheetData></worksheet>'
    return "laughs.xlsx", xlsx(body)


def _quadratic(dice: random.Random) -> Made:
    body = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]><sst xmlns="{MAIN}"><si><t>{"&a;" * 10_000}</t></si></sst>'
    rels = relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
    return "quadratic.xlsx", packed(
        {**parts_of(xlsx()), "xl/sharedStrings.xml": body.encode(), "xl/_rels/workbook.xml.rels": rels.encode()}
    )


def _fetching(dice: random.Random) -> Made:
    """Entities that would read a file of ours, or call somebody."""
    where = dice.choice(("file:///etc/passwd", "http://localhost:9/", "file:///C:/Windows/win.ini"))
    doctype = dice.choice(
        (
            f'<!DOCTYPE x [<!ENTITY e SYSTEM "{where}">]>',
            f'<!DOCTYPE x SYSTEM "{where}">',
            f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{where}"> %e;]>',
        )
    )
    parts = parts_of(sound_xlsx())
    part = dice.choice(
        ("xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "_rels/.rels")
    )
    return "fetching.xlsx", packed(
        {**parts, part: doctype.encode() + parts[part].removeprefix(b'<?xml version="1.0"?>')}
    )


def _fetching_ods(dice: random.Random) -> Made:
    parts = parts_of(ods())
    return "fetching.ods", packed(
        {**parts, "content.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + parts["content.xml"]},
        "mimetype",
    )


def _deep(dice: random.Random) -> Made:
    deep = dice.choice((300, 10_000, 100_000))
    return "deep.xlsx", xlsx(f"<sheetData>{'<a>' * deep}{'</a>' * deep}</sheetData>")


def _strange_rows(dice: random.Random) -> Made:
    row = dice.choice(("1048577", "4294967297", "-1", "0", "1e5", "99999999999999999999", "", "１"))
    return "rows.xlsx", xlsx(f'<sheetData><row r="{row}"><c r="A1"><v>1</v></c></row></sheetData>')


def _strange_cells(dice: random.Random) -> Made:
    name = dice.choice(("A2", "XFE1", "ZZZ1", "1A", "a1", "A01", "$A$1", "", "A1:B2"))
    return "cells.xlsx", xlsx(f'<sheetData><row r="1"><c r="{name}"><v>1</v></c></row></sheetData>')


def _given_twice(dice: random.Random) -> Made:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    body = dice.choice((row + row, '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'))
    return "twice.xlsx", xlsx(f"<sheetData>{body}</sheetData>")


def _no_numbers(dice: random.Random) -> Made:
    value = dice.choice(("NaN", "INF", "1E999", "1_000", "0x1F", "12,5", "१२", "1 2", "--1", "=1+1"))
    kind = dice.choice(("n", "s", "b", "d", "weird"))
    return "numbers.xlsx", xlsx(f'<sheetData><row r="1"><c r="A1" t="{kind}"><v>{value}</v></c></row></sheetData>')


def _odd_styles(dice: random.Random) -> Made:
    """Styles built on each other in a circle, formats that are not there, formats that are no formats."""
    code = dice.choice(("0.0%", "dd/mm/yyyy", "[h]:mm", "[[[", '"', ";;;", "\\", "yyyy" * 5_000))
    code = code.replace('"', "&quot;")
    style = dice.choice(("0", "1", "7", "-1", "x"))
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
        '<cellStyleXfs><xf xfId="1"/><xf xfId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0" xfId="1"/>'
        '<xf numFmtId="200" xfId="0"/></cellXfs></styleSheet>'
    )
    value = dice.choice(("1", "-5", "99999999", "0.5", "1e300"))
    parts = parts_of(xlsx(f'<sheetData><row r="1"><c r="A1" s="{style}"><v>{value}</v></c></row></sheetData>'))
    rels = relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"))
    return "styles.xlsx", packed(
        {**parts, "xl/styles.xml": styles.encode(), "xl/_rels/workbook.xml.rels": rels.encode()}
    )


def _huge_merges(dice: random.Random) -> Made:
    refs = dice.choice((["A1:XFD1048576"] * 3, ["B2:A1"], ["A1:XFE1"], [f"A{n}:XFD1048576" for n in range(1, 12_000)]))
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    return "merged.xlsx", xlsx(
        f'<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row></sheetData><mergeCells>{merges}</mergeCells>'
    )


def _long_texts(dice: random.Random) -> Made:
    """One long text that ten thousand cells refer to: three hundred megabytes once written out."""
    rels = relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
    text = "x" * dice.choice((30_000, 2_000_000))
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 10_000))
    parts = parts_of(xlsx(f"<sheetData>{rows}</sheetData>"))
    strings = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'
    return "texts.xlsx", packed(
        {**parts, "xl/sharedStrings.xml": strings.encode(), "xl/_rels/workbook.xml.rels": rels.encode()}
    )


def _formulas_without_results(dice: random.Random) -> Made:
    body = '<c r="A1"><f>SUM(B1:B9)</f></c><c r="B1"><f t="shared" si="3"/></c><c r="C1"><f t="shared" si="0" ref="C1:C9">)(</f><v/></c><c r="D1"><f t="shared" si="0"/></c>'
    return "formulas.xlsx", xlsx(f'<sheetData><row r="1">{body}</row></sheetData>')


def _macros(dice: random.Random) -> Made:
    part = dice.choice(("xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/workbook.bin"))
    return dice.choice(("macros.xlsx", "macros.xlsm")), packed({**parts_of(sound_xlsx()), part: b"\0" * 10})


def _external_links(dice: random.Random) -> Made:
    body = "<c r=\"A1\"><f>[1]Sheet1!A1+cmd|'/c calc'!A1</f><v>12</v></c>"
    parts = parts_of(xlsx(f'<sheetData><row r="1">{body}</row></sheetData>'))
    return "links.xlsx", packed(
        {**parts, "xl/externalLinks/externalLink1.xml": b"<externalLink/>", "xl/connections.xml": b"<c/>"}
    )


def _under_password(dice: random.Random) -> Made:
    if dice.random() < 0.5:
        return "secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode(
            "utf-16-le"
        ) + bytes(400)
    content = bytearray(sound_xlsx())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(magic) + at] |= 1
    return "secret.xlsx", bytes(content)


def _under_password_ods(dice: random.Random) -> Made:
    return "secret.ods", ods(manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")


def _something_else(dice: random.Random) -> Made:
    content = dice.choice((
        b"<html><body><table><tr><td>1</td></tr></table></body></html>", b"<!DOCTYPE html><p>Please sign in",
        b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), b"a,b\n1,2\n", b"PAR1",
        b'<?xml version="1.0"?><Workbook/>', b"MZ\x90", b"\0" * 500, b"PK\x05\x06" + bytes(18), b"PK\x03\x04", b"{}",
        packed({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}), packed({"readme.txt": b"hello"}),
    ))  # fmt: skip
    return f"other{dice.choice(('.xlsx', '.ods', '.csv', '.xls', '.pdf', ''))}", content


def _wrongly_named(dice: random.Random) -> Made:
    return dice.choice((("book.ods", sound_xlsx()), ("book.csv", sound_xlsx()), ("book.xlsx", ods())))


def _random_bytes(dice: random.Random) -> Made:
    start = dice.choice((b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe"))
    return f"random{dice.choice(('.xlsx', '.ods', '.csv', '.txt'))}", start + dice.randbytes(dice.randrange(1, 5_000))


def _endless_rows_ods(dice: random.Random) -> Made:
    cell = dice.choice(
        (
            '<table:table-cell office:value-type="float" office:value="7" table:number-columns-repeated="{c}"/>',
            '<table:table-cell table:number-columns-repeated="{c}"/>',
        )
    )
    cell = cell.format(c=dice.choice(("3", "16384", "99999999999999999")))
    return "rows.ods", ods(
        f'<table:table-row table:number-rows-repeated="{dice.choice(("1048576", "4000000000", "300"))}">{cell}</table:table-row>'
    )


def _odd_values_ods(dice: random.Random) -> Made:
    value = dice.choice((
        'office:value-type="float" office:value="NaN"', 'office:value-type="float"', 'office:value-type="date" office:date-value="2026-13-45"',
        'office:value-type="time" office:time-value="PT99999999H"', 'office:value-type="time" office:time-value="noon"',
        'office:value-type="boolean" office:boolean-value="perhaps"', 'office:value-type="void"', 'table:number-columns-repeated="-3"',
    ))  # fmt: skip
    return "values.ods", ods(f"<table:table-row><table:table-cell {value}/></table:table-row>")


def _zero_bytes_csv(dice: random.Random) -> Made:
    content = bytearray(b"a,b,c\n" + b"1,2,3\n" * 50)
    content[dice.randrange(len(content))] = 0
    return "zero.csv", bytes(content)


def _mixed_encodings_csv(dice: random.Random) -> Made:
    lines = ["Café,£1\n".encode(), "Café,£2\n".encode("cp1252"), "Café,£3\n".encode("utf-16")]
    dice.shuffle(lines)
    return "mixed.csv", b"a,b\n" + b"".join(lines[: dice.randint(2, 3)])


def _open_quote_csv(dice: random.Random) -> Made:
    rows = [f"row {n},{n},{n * 2}" for n in range(2_000)]
    rows[dice.randrange(2_000)] = '"never closed,1,2'
    return "quote.csv", "\n".join(rows).encode()


def _ragged_csv(dice: random.Random) -> Made:
    rows = [",".join(str(n) for n in range(dice.randint(0, 9))) for _ in range(100)]
    return "ragged.csv", "\r\n".join(rows).encode()


def _empty_rows_csv(dice: random.Random) -> Made:
    return "blank.csv", dice.choice((b"\n", b",,,\n")) * dice.choice((20_000, 1_100_000 // 4))


def _wide_csv(dice: random.Random) -> Made:
    return "wide.csv", b"1" + b"," * dice.choice((16_383, 20_000, 300_000)) + b"\n"


def _cut_utf16_csv(dice: random.Random) -> Made:
    content = "a;b\n1;2\nCafé;3\n".encode("utf-16")
    return "utf16.csv", content[: dice.randrange(1, len(content))]


def _empty(dice: random.Random) -> Made:
    return dice.choice(("empty.xlsx", "empty.ods", "empty.csv")), b""


KINDS: dict[str, Callable[[random.Random], Made]] = {
    "bytes flipped": _flipped_bytes,
    "bytes changed in a sheet": _flipped_in("xl/worksheets/sheet1.xml"),
    "bytes changed in the texts": _flipped_in("xl/sharedStrings.xml"),
    "bytes changed in the styles": _flipped_in("xl/styles.xml"),
    "bytes changed in the list of sheets": _flipped_in("xl/workbook.xml"),
    "cut short": _cut_short,
    "cut short, ods": _cut_ods,
    "a part missing": _part_missing,
    "parts swapped": _part_swapped,
    "no workbook.xml": _no_workbook,
    "zip bomb": _bomb,
    "zip bomb that lies about its size": _lying_bomb,
    "a size declared that is not there": _declares_too_much,
    "thousands of parts": _many_parts,
    "names that climb out": _climbing_names,
    "two parts of one name": _twice_the_same_part,
    "entities that unfold": _laughs,
    "an entity a thousand times": _quadratic,
    "entities that fetch": _fetching,
    "entities that fetch, ods": _fetching_ods,
    "deep XML": _deep,
    "strange row numbers": _strange_rows,
    "strange cell names": _strange_cells,
    "a cell or row twice": _given_twice,
    "numbers that are none": _no_numbers,
    "odd and circular styles": _odd_styles,
    "huge merged cells": _huge_merges,
    "one long text in every cell": _long_texts,
    "formulas without results": _formulas_without_results,
    "macros": _macros,
    "links to other files": _external_links,
    "under a password": _under_password,
    "under a password, ods": _under_password_ods,
    "something else altogether": _something_else,
    "wrongly named": _wrongly_named,
    "random bytes": _random_bytes,
    "rows without end, ods": _endless_rows_ods,
    "odd values, ods": _odd_values_ods,
    "zero bytes, csv": _zero_bytes_csv,
    "mixed encodings, csv": _mixed_encodings_csv,
    "a quote never closed, csv": _open_quote_csv,
    "ragged rows, csv": _ragged_csv,
    "empty rows, csv": _empty_rows_csv,
    "a wide row, csv": _wide_csv,
    "UTF-16 cut short, csv": _cut_utf16_csv,
    "empty": _empty,
}
