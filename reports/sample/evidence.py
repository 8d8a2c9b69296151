"""Evidence files of the applications to close, made from what the items reported."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import xlsxwriter
from django.contrib.contenttypes.models import ContentType
from docx import Document
from PIL import Image, ImageDraw

from indicators.models import ClosingApplication, ProgressReport
from portal import file_kinds, file_store
from portal.models import Attachment
from reports.sample import texts
from reports.sample.county import County

HEADER = ("月份", "累计进度（%）", "累计完成", "本月进展", "报送时间")
WIDTHS = (8, 14, 12, 80, 18)
BARS = (11, 10, 9, 7, 6, 5, 4, 3)


def load(county: County) -> None:
    """Give every application a workbook of what was reported until then, and a few more where the story has them."""
    applications = list(ClosingApplication.objects.select_related("item", "applicant").order_by("pk"))
    reports: dict[int, list[ProgressReport]] = {}
    for report in ProgressReport.objects.exclude(submitted_at=None).order_by("month"):
        reports.setdefault(report.item_id, []).append(report)
    content_type = ContentType.objects.get_for_model(ClosingApplication)
    rows = []
    for application in applications:
        told = reports.get(application.item_id, [])
        for name, content in _files(application, told):
            rows.append(_attachment(county, application, content_type, name, content))
    times = {row.token: row.uploaded_at for row in rows}
    # The column is filled with the present moment on creation.
    Attachment.objects.bulk_create(rows, batch_size=200)
    written = list(Attachment.objects.filter(token__in=times))
    for row in written:
        row.uploaded_at = times[row.token]
    Attachment.objects.bulk_update(written, ["uploaded_at"], batch_size=200)


def _files(application: ClosingApplication, reports: list[ProgressReport]) -> Iterable[tuple[str, bytes]]:
    item, until = application.item, application.completed_on
    told = [report for report in reports if report.month <= until]
    yield f"{item.short_number} 办理台账.xlsx", _workbook(item.title, told)
    if application.outcome != ClosingApplication.Outcome.PENDING:
        return
    for name in texts.situations().evidence.get(item.short_number, ()):
        yield name, document_of(item.title, application.result, until) if name.endswith("x") else _picture()


def _workbook(title: str, reports: list[ProgressReport]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet, wrapped = book.add_worksheet("办理台账"), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write(0, 0, title, book.add_format({"bold": True}))
    for column, (name, width) in enumerate(zip(HEADER, WIDTHS, strict=True)):
        sheet.set_column(column, column, width, wrapped)
        sheet.write(1, column, name)
    for line, report in enumerate(reports, start=2):
        sheet.write(line, 0, f"{report.month.month}月")
        sheet.write(line, 1, float(report.percent or 0))
        sheet.write(line, 2, "—" if report.quantity_done is None else float(report.quantity_done))
        sheet.write(line, 3, report.done)
        sheet.write(line, 4, f"{report.submitted_at:%Y-%m-%d}")
    book.close()
    return target.getvalue()


def document_of(title: str, result: str, on: date) -> bytes:
    """Return a short record as a DOCX file."""
    target, document = io.BytesIO(), Document()
    document.add_heading(title, level=1)
    document.add_paragraph(result)
    document.add_paragraph(f"{on.year}年{on.month}月{on.day}日")
    document.save(target)
    return target.getvalue()


def _picture() -> bytes:
    """Draw working days as falling bars, as a screen of the drawing office's system shows them."""
    picture, target = Image.new("RGB", (640, 320), "white"), io.BytesIO()
    draw = ImageDraw.Draw(picture)
    for position, days in enumerate(BARS):
        left = 40 + position * 72
        draw.rectangle((left, 280 - days * 22, left + 44, 280), fill="#1455a8")
    draw.line((30, 280, 620, 280), fill="#1f2329", width=2)
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()


def _attachment(
    county: County, application: ClosingApplication, content_type: ContentType, name: str, content: bytes
) -> Attachment:
    rng = county.rng(f"file:{application.pk}:{name}")
    return Attachment(
        token=UUID(int=rng.getrandbits(128)).hex,
        content_type=content_type,
        object_id=application.pk,
        name=file_kinds.clean_name(name),
        stored_name=file_store.write(content),
        media_type=file_kinds.examine(name, content).media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=application.applicant,
        uploaded_at=application.applied_at,
    )
