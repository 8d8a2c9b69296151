"""What may be uploaded, judged by bytes; tables of files that people and attackers send."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal import file_kinds, image_cleaning
from portal.errors import Refused
from portal.workbooks import ole


def archive(*parts, prefix=b""):
    out = io.BytesIO()
    out.write(prefix)
    with zipfile.ZipFile(out, "a") as target:
        for part in parts:
            target.writestr(part, "<xml/>")
    return out.getvalue()


def ole_container(*streams):
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + bytes(62)
        for name in streams
    )
    return ole.SIGNATURE.ljust(512, b"\0") + entries


def picture(form, **options):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 20, 20)).save(out, form, **options)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("name", "content", "extension"),
    [
        ("免审清单.pdf", PDF, "pdf"),
        ("方案.docx", DOCX, "docx"),
        ("台账.XLSX", XLSX, "xlsx"),
        ("版式.ofd", archive("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        ("旧文.doc", ole_container("Root Entry", "WordDocument"), "doc"),
        ("旧表.xls", ole_container("Root Entry", "Workbook"), "xls"),
        ("现场.jpeg", picture("JPEG"), "jpg"),
        ("截图.png", picture("PNG"), "png"),
        ("说明.txt", "办理情况：已完成。\r\n".encode("gb18030"), "txt"),
        ("说明.txt", "办理情况".encode("utf-16"), "txt"),
    ],
)
def test_an_honest_file_is_taken_for_what_it_is(name, content, extension):
    assert file_kinds.examine(name, content).extension == extension


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "空文件"),
        ("程序.exe", b"MZ" + bytes(100), "不在可上传的类型内"),
        ("无后缀", PDF, "不在可上传的类型内"),
        ("网页.html", b"<html></html>", "不在可上传的类型内"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不在可上传的类型内"),
        ("资料.zip", archive("a.txt"), "不在可上传的类型内"),
        ("程序.pdf", b"MZ" + bytes(100), "内容不是PDF 文件"),
        ("程序.txt", b"MZ\x90\0\x03" + bytes(100), "内容不是文本文件"),
        ("网页.txt", b"\n<!DOCTYPE html><script>alert(1)</script>", "网页或程序代码"),
        ("图.png", b"<svg onload='alert(1)'/>", "网页或程序代码"),
        ("图.jpg", picture("PNG"), "内容是PNG 图片"),
        ("表.docx", XLSX, "内容是Excel 工作簿"),
        ("压缩包.docx", archive("a.txt", "b.txt"), "压缩包"),
        ("带宏.xlsx", archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        ("夹带.docx", archive("[Content_Types].xml", "word/document.xml", "word/x.exe"), "宏或程序"),
        ("旧宏.xls", ole_container("Workbook", "_VBA_PROJECT"), "含有宏"),
        ("加密.xlsx", ole_container("EncryptedPackage"), "打开密码"),
        ("邮件.doc", ole_container("__properties_version1.0"), "内容不是Word"),
        ("半截.pdf", b"%PDF-1.7\n1 0 obj", "不完整"),
        ("拼接.pdf", PDF + archive("evil.exe"), "夹带"),
        ("拼接.pdf", b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF", "夹带"),
        ("启动.pdf", PDF.replace(b"<<>>", b"<</S /Launch /F (cmd.exe)>>"), "启动程序"),
        (
            "拼接.docx",
            archive("[Content_Types].xml", "word/document.xml", prefix=b"PK\x03\x04 junk"),
            "结构异常",
        ),
        ("坏.docx", DOCX[:60], "损坏"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_reason(name, content, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        file_kinds.examine(name, content)
    assert name in str(refusal.value)


def test_twenty_megabytes_are_the_limit_to_the_byte():
    head, tail = b"%PDF-1.7\n", b"\n%%EOF"
    body = bytes(file_kinds.MAX_BYTES - len(head) - len(tail))
    assert file_kinds.examine("大.pdf", head + body + tail) is file_kinds.PDF
    with pytest.raises(Refused, match="超过 20 MB"):
        file_kinds.examine("大.pdf", head + body + b"\0" + tail)


def test_an_archive_that_declares_too_much_is_refused_without_unpacking():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", "")
        target.writestr("word/document.xml", bytes(file_kinds.MAX_UNPACKED + 1))
    with pytest.raises(Refused, match="解压后内容过大"):
        file_kinds.examine("炸弹.docx", out.getvalue())


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\用户\\桌面\\台账.xlsx", "台账.xlsx"),
        ("告知承诺\u202egpj.exe.pdf", "告知承诺gpj.exe.pdf"),
        ("换行\r\nSet-Cookie: a.pdf", "换行Set-Cookie_ a.pdf"),
        ("零\u200b宽\0字.pdf", "零宽字.pdf"),
        ("  .pdf", "附件.pdf"),
        ("...", "附件"),
        ("", "附件"),
        ("结尾点. .pdf", "结尾点.pdf"),
        ('引"号<b>?.pdf', "引_号_b__.pdf"),
    ],
)
def test_a_name_is_cleaned_of_folders_and_invisible_signs(given_name, kept):
    assert file_kinds.clean_name(given_name) == kept


def test_a_chinese_name_of_255_characters_is_shortened_and_keeps_its_extension():
    kept = file_kinds.clean_name("优化营商环境" * 42 + "证明.pdf")
    assert kept.endswith(".pdf")
    assert len(kept.encode()) <= file_kinds.MAX_NAME_BYTES


@given(st.text(max_size=300))
def test_whatever_the_name_the_cleaned_one_is_short_stable_and_harmless(name):
    kept = file_kinds.clean_name(name)
    assert kept
    assert len(kept) <= 200
    assert not set(kept) & set('/\\<>:"|?*\0\r\n\u202e')
    assert file_kinds.clean_name(kept) == kept


def test_a_photograph_loses_place_and_camera_and_whatever_was_appended():
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture("JPEG", exif=exif, comment=b"secret-comment") + archive("evil.exe")
    kept = image_cleaning.only_pixels("现场.jpg", sent, file_kinds.JPG)
    assert b"CameraMaker" in sent
    for trace in (b"CameraMaker", b"secret-comment", b"Exif", b"evil.exe"):
        assert trace not in kept
    assert Image.open(io.BytesIO(kept)).size == (40, 30)


def test_a_photograph_taken_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = image_cleaning.only_pixels("现场.jpg", picture("JPEG", exif=exif), file_kinds.JPG)
    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def test_a_picture_bomb_is_refused_from_its_header():
    png = bytearray(picture("PNG"))
    import zlib

    ihdr = b"IHDR" + (60000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    png[12:33] = ihdr + zlib.crc32(ihdr).to_bytes(4, "big")
    with pytest.raises(Refused, match=r"点数过大|超过 5000 万点"):
        image_cleaning.only_pixels("炸弹.png", bytes(png), file_kinds.PNG)


def test_a_broken_picture_is_refused():
    with pytest.raises(Refused, match="不是完好的图片"):
        image_cleaning.only_pixels("坏.jpg", picture("JPEG")[:200], file_kinds.JPG)


def test_a_webp_photograph_loses_its_metadata_and_stays_webp():
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    sent = picture("WEBP", exif=exif, xmp=b"<x:xmpmeta>secret-place</x:xmpmeta>")
    assert file_kinds.examine("现场.webp", sent) is file_kinds.WEBP
    kept = image_cleaning.only_pixels("现场.webp", sent, file_kinds.WEBP)
    for trace in (b"CameraMaker", b"secret-place", b"EXIF"):
        assert trace in sent
        assert trace not in kept
    assert Image.open(io.BytesIO(kept)).size == (40, 30)


def test_a_png_loses_its_texts():
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", "secret-author")
    texts.add_itxt("XML:com.adobe.xmp", "secret-place")
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    sent = picture("PNG", pnginfo=texts, exif=exif)
    kept = image_cleaning.only_pixels("截图.png", sent, file_kinds.PNG)
    for trace in (b"secret-author", b"secret-place", b"CameraMaker"):
        assert trace in sent
        assert trace not in kept


def test_of_a_portrait_with_two_pictures_in_one_jpeg_the_first_is_kept():
    out = io.BytesIO()
    first = Image.new("RGB", (40, 30))
    first.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), (9, 9, 9))])
    kept = image_cleaning.only_pixels("人像.jpg", out.getvalue(), file_kinds.JPG)
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
    assert kept.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
@pytest.mark.parametrize("name", ["IMG_0012.HEIC", "IMG_0012.jpg"])
def test_a_photograph_as_new_telephones_keep_it_is_refused_with_the_way_out(name, brand):
    content = b"\0\0\0\x18ftyp" + brand + bytes(40)
    with pytest.raises(Refused, match="兼容性最佳"):
        file_kinds.examine(name, content)
