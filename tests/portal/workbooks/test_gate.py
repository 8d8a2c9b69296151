import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest

from portal.workbooks import Limits, WorkbookRefused, open_workbook
from tests.portal.workbooks.files import (
    MB,
    SAMPLES,
    bomb,
    handmade,
    ledger,
    many_rows,
    one_cell,
    workbook,
)

MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
BINARY_TYPE = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def opened(content, **limits):
    with open_workbook(BytesIO(content), limits=Limits(**limits)) as book:
        return [list(book.rows(sheet.title)) for sheet in book.sheets]


def refusal(content, **limits):
    with pytest.raises(WorkbookRefused) as refused:
        opened(content, **limits)
    return str(refused.value)


def word_document():
    stream = BytesIO()
    docx.Document().save(stream)
    return stream.getvalue()


def archive(members):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def protected_member():
    """Return a workbook with the "encrypted" mark set on every member, in the archive's directory."""
    content = bytearray(handmade())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def entity_expansion():
    names = [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)]
    declared = f'<!DOCTYPE worksheet [<!ENTITY e0 "AAAAAAAAAA">{"".join(names)}]>'
    return handmade('<row><c t="inlineStr"><is><t>&e9;</t></is></c></row>', before=declared)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"\x00\x01\x02\xff" * 100, "这不是 Excel 工作簿"),
        ("编号,名称\r\n1,甲公司\r\n".encode("gb18030"), "文本文件（CSV）"),
        ("编号,名称\n1,甲公司\n".encode("utf-8-sig"), "文本文件（CSV）"),
        ("编号\t名称\n".encode("utf-16"), "文本文件（CSV）"),
        (("编号,名称\n" * 2000).encode(), "文本文件（CSV）"),
        ("<html><table><tr><td>编号</td></tr></table></html>".encode("gbk"), "网页格式"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "图片"),
        (b"Rar!\x1a\x07\x01\x00", "压缩包"),
        (archive({}), "压缩包"),
        (archive({"说明.txt": "甲"}), "压缩包"),
        (archive({f"{number}.txt": "" for number in range(300)}), "结构异常"),
        (handmade()[:-40], "已损坏"),
        (handmade()[: len(handmade()) // 2], "已损坏"),
        (handmade(main=MACRO_TYPE), "宏"),
        (handmade(main=BINARY_TYPE), "另存为"),
        (handmade(more={"xl/vbaProject.bin": b"x"}), "宏"),
        (handmade(more={"xl/macrosheets/sheet1.xml": "<x/>"}), "宏"),
        (handmade(more={"xl/externalLinks/externalLink1.xml": "<x/>"}), "外部链接"),
        (handmade(more={"xl/embeddings/oleObject1.bin": b"x"}), "内嵌"),
        (handmade(more={"xl/media/image1.png": handmade()}), "内嵌"),
        (handmade(more={"附件.zip": b"x"}), "内嵌"),
        (handmade(more={f"xl/media/{number}.png": b"x" for number in range(200)}), "结构异常"),
        (protected_member(), "密码"),
        ((SAMPLES / "locked.xlsx").read_bytes(), "密码"),
        (word_document(), "Word"),
        (entity_expansion(), "结构异常"),
        (handmade("<row><c></row>"), "已损坏"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_workbook_is_refused_with_its_own_sentence(content, sentence):
    said = refusal(content)
    assert sentence in said
    assert said.endswith("。")


def test_a_file_over_the_limit_is_refused_without_reading_it_all():
    class Endless(BytesIO):
        taken = 0

        def read(self, size=-1):
            self.taken += size
            return b"P" * size

    upload = Endless()
    with pytest.raises(WorkbookRefused, match="超过 20 MB"), open_workbook(upload):
        pass
    assert upload.taken < 22 * MB


def test_old_and_open_formats_are_read_like_xlsx():
    expected = ["编号", "名称", "日期", "金额"]
    for name in ("ledger.xls", "ledger.ods"):
        with open_workbook(SAMPLES / name) as book:
            rows = dict(book.rows("台账"))
        assert rows[1] == expected
        assert rows[2][2].isoformat() == "2025-06-03"
        assert rows[3] == ["DB-002", "喆堃䶮", "2025年6月4日", -3]


def test_an_old_word_document_and_an_unknown_container_are_told_apart_from_a_workbook():
    content = bytearray((SAMPLES / "ledger.xls").read_bytes())
    name = "Workbook".encode("utf-16-le").ljust(64, b"\0") + (18).to_bytes(2, "little")
    word = "WordDocument".encode("utf-16-le").ljust(64, b"\0") + (26).to_bytes(2, "little")
    assert name in content
    assert "Word" in refusal(bytes(content.replace(name, word)))
    assert "这不是 Excel 工作簿" in refusal(bytes(content.replace(name, bytes(66))))


def test_a_name_in_a_cell_of_an_old_workbook_is_not_taken_for_its_contents():
    """Only an entry of the directory counts, wherever else the letters may stand."""
    content = (SAMPLES / "ledger.xls").read_bytes()
    entry = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + (34).to_bytes(2, "little")
    assert opened(content + bytes(7) + entry)


def test_an_ordinary_workbook_with_a_picture_and_a_high_compression_ratio_passes():
    rows = [["编号", "办理情况"], *([number, "按时办结，企业满意。"] for number in range(20_000))]
    content = workbook(rows).getvalue()
    assert len(opened(content)[0]) == 20_001
    assert opened(handmade(more={"xl/media/image1.png": b"\x89PNG" + bytes(5 * MB)}))


@pytest.mark.parametrize("declared", [1000, 45 * MB])
def test_a_member_that_unpacks_to_more_than_it_declares_is_refused(tmp_path, declared):
    rows = (b"<row/>" * (MB // 6) for _number in range(60))
    path = bomb(tmp_path / "lying.xlsx", rows, declared=declared)
    with pytest.raises(WorkbookRefused, match=r"结构异常|解压后内容过大"), open_workbook(path):
        pass


def test_a_member_that_unpacks_to_less_than_it_declares_is_refused(tmp_path):
    path = bomb(tmp_path / "lying.xlsx", [b"<row/>"], declared=5000)
    with pytest.raises(WorkbookRefused, match="已损坏"), open_workbook(path):
        pass


MEASURE = """
import resource, sys, time
from pathlib import Path
from portal.workbooks import WorkbookRefused, read_sheet
from tests.portal.workbooks.files import LEDGER
began = time.monotonic()
try:
    read_sheet(Path(sys.argv[1]), LEDGER)
except WorkbookRefused as refused:
    said = str(refused)
else:
    said = "accepted"
spent = time.monotonic() - began
# Our own peak: getrusage would count what the process that started us had taken.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
peak = max(int(status["VmHWM"].split()[0]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(spent, peak / 1024, said)
"""


CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


BEYOND = '<row r="1"><c r="A99999999999"><v>1</v></c></row>'


def repeating():
    """Return an .ods of 2 kB that says of its one cell that it stands there seventeen thousand million times."""
    with zipfile.ZipFile(SAMPLES / "ledger.ods") as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    body = (
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table>"
    )
    before, _row, rest = parts["content.xml"].partition("<table:table-row")
    parts["content.xml"] = before + body + rest.partition("</table:table>")[2]
    return archive(parts)


@pytest.mark.parametrize(
    ("name", "make", "sentence"),
    [
        ("rows", lambda path: bomb(path, many_rows()), "解压后内容过大"),
        ("cell", lambda path: bomb(path, one_cell()), "解压后内容过大"),
        ("lying", lambda path: bomb(path, many_rows(), declared=30 * MB), "结构异常"),
        ("entities", lambda path: path.write_bytes(entity_expansion()), "结构异常"),
        ("corners", lambda path: path.write_bytes(handmade(CORNERS)), "范围过大"),
        ("beyond", lambda path: path.write_bytes(handmade(BEYOND)), "范围过大"),
        ("repeats", lambda path: path.write_bytes(repeating()), "已损坏"),
    ],
)
def test_bombs_are_refused_within_a_second_and_a_hundred_megabytes(tmp_path, name, make, sentence):
    path = tmp_path / f"{name}.xlsx"
    make(path)
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    seconds, megabytes, said = measured.stdout.split(maxsplit=2)
    assert sentence in said
    assert float(seconds) <= 1
    assert float(megabytes) <= 100


def test_a_directory_of_a_hundred_thousand_members_is_not_even_read(tmp_path):
    path = tmp_path / "members.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(100_000):
            packed.writestr(f"{number:05}", b"")
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    seconds, megabytes, said = measured.stdout.split(maxsplit=2)
    assert "结构异常" in said
    assert float(seconds) <= 1
    assert float(megabytes) <= 100


def test_a_text_shared_by_a_million_cells_ends_in_a_refusal():
    """A small file of honest size: the text is stored once and shown in every cell."""
    strings = f'<sst xmlns="x"><si><t>{"甲" * 30_000}</t></si></sst>'
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 50_000))
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/>'
        '<Relationship Id="rId2" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    parts = {"xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": related}
    said = refusal(handmade(cells, more=parts))
    assert "过大" in said


def test_a_reader_that_takes_too_long_is_stopped():
    content = workbook([[number] * 50 for number in range(3000)]).getvalue()
    assert "读取时间过长" in refusal(content, wall_seconds=0)


def test_leaving_early_ends_the_child_and_frees_its_place():
    content = workbook([[number] * 20 for number in range(5000)]).getvalue()
    for _number in range(4):  # More often than there are places.
        with open_workbook(BytesIO(content)) as book:
            assert next(book.rows("台账"))[0] == 1
    with pytest.raises(ValueError, match="closed"):
        next(book.rows("台账"))


def test_the_child_imports_nothing_of_ours_and_sees_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    with open_workbook(ledger({"number": "1"})) as book:
        process = Path("/proc", str(book._process.pid))
        assert b"hidden" not in (process / "environ").read_bytes()
        assert b"django" not in (process / "maps").read_bytes()
