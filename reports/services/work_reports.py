"""Work reports 工作情况汇报: draft by the outline, edit, review, make final and freeze."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.documents import storage
from portal.documents.model import OfficialDocument
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number
from reports.figures import Period, figures_of, values_of
from reports.models import Outline, WorkReport
from reports.paper.document import report_document
from reports.selectors.work_reports import current_outline, findings_of
from reports.services.papers import (
    MOST_QUOTED,
    NOTE_LENGTH,
    changed_texts,
    frozen_rows,
    move,
    period_of,
    render_files,
    section_of,
    too_late,
    write_draft,
)
from reports.texts.content import Section, sections_from_json, sections_to_json
from reports.texts.editing import edit, merge
from reports.texts.figure_names import FigureNames, names_left
from reports.texts.outlines import Outline as Parts
from reports.texts.outlines import OutlineError, outline_to_json, refuse_wrong, written_from
from reports.texts.placeholders import link, unknown_in
from reports.texts.values import Values, values_from_json, values_to_json
from reports.workflow import WORK_REPORT_STEPS

State = WorkReport.State


def title_of(period: Period) -> str:
    return f"关于{period.label}优化营商环境工作情况的汇报"


@transaction.atomic
def draft_work_report(
    period: Period,
    parts: Collection[str],
    *,
    actor: User,
    today: date,
    title: str = "",
    now: datetime | None = None,
) -> WorkReport:
    """Draft a report on `period` with the chosen parts of the outline in force.

    Every number comes from the registry of figures. Raises Refused before the period
    is over, for a period without figures, and without any part.
    """
    _require(OFFICE_ROLES, actor, "工作汇报由营商办起草，您没有此项权限")
    if period.end >= today:
        raise Refused(f"{period.label}尚未结束，请选择已经结束的月份")
    outline = tuple(part for part in current_outline() if part.key in parts)
    if not outline:
        raise Refused("请至少选择提纲中的一个部分")
    values = values_of(period)
    if not values["indicators.items.total"].value:
        raise Refused(f"{period.label}没有台账事项，不能起草汇报；请核对年度和月份")
    now = now or timezone.now()
    year = timezone.localdate(now).year
    report = WorkReport.objects.create(
        code=f"{year}-{take_number('work_report', year):03d}",
        month=period.month,
        months=period.months,
        title=title.strip() or title_of(period),
        content=sections_to_json(written_from(outline, values)),
        figures=values_to_json(values),
        drafted_by=actor,
        drafted_at=now,
    )
    changes = {"period": period.slug, "code": report.code}
    audit.record(report, "work_report.draft", actor=actor, changes=changes)
    return report


@transaction.atomic
def refresh_work_report(report: WorkReport, *, actor: User, version: int) -> int:
    """Take all figures anew; return how many changed. What a person has edited keeps its words."""
    _require(OFFICE_ROLES, actor, "工作汇报由营商办起草，您没有此项权限")
    kept = sections_from_json(report.content)
    before, fresh = values_from_json(report.figures), values_of(period_of(report))
    changed = {
        key: [before[key].value if key in before else None, value.value]
        for key, value in fresh.items()
        if key not in before or before[key].value != value.value
    }
    keys = {section.key for section in kept}
    outline = tuple(part for part in current_outline() if part.key in keys)
    written = {section.key: section for section in written_from(outline, fresh)}
    # A part that the outline has lost since keeps its words.
    sections = merge(kept, [written.get(section.key, section) for section in kept])
    content = sections_to_json(sections)
    write_draft(report, version, content=content, figures=values_to_json(fresh))
    audit.record(report, "work_report.refresh", actor=actor, changes=changed)
    return len(changed)


@transaction.atomic
def edit_part(
    report: WorkReport,
    key: str,
    texts: Mapping[str, str],
    *,
    actor: User,
    version: int,
    added: str = "",
    title: str = "",
) -> WorkReport:
    """Keep a part's paragraphs as edited; names of figures in 「」 that were typed in become linked numbers.

    Nothing is written when nothing has changed. Raises Refused for a name that no
    figure has, Conflict when somebody else changed the report since `version`.
    """
    _require(OFFICE_ROLES, actor, "工作汇报由营商办起草，您没有此项权限")
    sections, values = sections_from_json(report.content), values_from_json(report.figures)
    old = section_of(sections, key)
    names = FigureNames({key: value.name for key, value in values.items()})
    texts, added = {place: names.kept(text) for place, text in texts.items()}, names.kept(added)
    _refuse_unknown((*texts.values(), added), old, values)
    new = link(edit(old, texts, added), values)
    title = title.strip() or report.title
    if new == old and title == report.title:
        return report
    changes = changed_texts(old, new) | ({"title": [report.title, title]} if title != report.title else {})
    replaced = [new if section.key == key else section for section in sections]
    write_draft(report, version, content=sections_to_json(replaced), title=title)
    audit.record(report, "work_report.edit", actor=actor, changes=changes)
    return report


def _refuse_unknown(texts: Iterable[str], old: Section, values: Values) -> None:
    """Refuse a name in 「」 that no figure has, unless the part quoted it so before."""
    quoted = {name for block in old.paragraphs for name in names_left(block.text)}
    wrong = [
        name
        for text in texts
        for name in (*names_left(text), *unknown_in(text, values))
        if name not in quoted
    ]
    if wrong:
        raise Refused(
            f"没有名为{'、'.join(dict.fromkeys(wrong))}的数字；请照右侧“可用的数字”中的名称填写，引用原话请用“”"
        )


@transaction.atomic
def submit_work_report(report: WorkReport, *, actor: User, now: datetime | None = None) -> WorkReport:
    """Send the draft to the office's head."""
    step = WORK_REPORT_STEPS["submit"]
    _require(step.actors, actor, "工作汇报由营商办送审，您没有此项权限")
    move(report, State.DRAFT, State.IN_REVIEW, review_note="")
    audit.record(report, "work_report.submit", actor=actor, changes={"state": [State.DRAFT, State.IN_REVIEW]})
    heads = User.objects.holding(Role.OFFICE_HEAD, on=timezone.localdate(now or timezone.now()))
    notify(
        [person for person in heads if person.pk != actor.pk],
        f"{report.title}已送审，请审定",
        url=report.get_absolute_url(),
        event_key=f"work_report.submit:{report.pk}:{report.version}",
    )
    return report


@transaction.atomic
def return_work_report(
    report: WorkReport, note: str, *, actor: User, now: datetime | None = None
) -> WorkReport:
    """Send a report under review back to its drafter, with what is to be changed."""
    _require(WORK_REPORT_STEPS["return"].actors, actor, "工作汇报由营商办主任审定，您没有此项权限")
    if not note.strip():
        raise Refused("退回须写明修改意见，请填写后再提交")
    move(
        report,
        State.IN_REVIEW,
        State.DRAFT,
        reviewed_by=actor,
        reviewed_at=now or timezone.now(),
        review_note=note.strip()[:NOTE_LENGTH],
    )
    changes = {"state": [State.IN_REVIEW, State.DRAFT]}
    audit.record(report, "work_report.return", actor=actor, changes=changes, note=note)
    notify(
        [report.drafted_by],
        f"{report.title}已退回修改：{note.strip()}",
        url=report.get_absolute_url(),
        event_key=f"work_report.return:{report.pk}:{report.version}",
    )
    return report


@transaction.atomic
def finish_work_report(report: WorkReport, *, actor: User, now: datetime | None = None) -> WorkReport:
    """Make the report final: text, figures, rows and files are frozen in one transaction.

    Refused where it contradicts itself, where figures have moved since, and to its
    drafter. Of two people at once exactly one succeeds.
    """
    _require(WORK_REPORT_STEPS["finish"].actors, actor, "工作汇报由营商办主任审定，您没有此项权限")
    row = WorkReport.objects.get(pk=report.pk)
    if row.drafted_by_id == actor.pk:
        raise Refused("起草人不能定稿本人起草的汇报，请由另一位负责同志审定")
    if row.state != State.IN_REVIEW or row.version != report.version:
        raise too_late(row)
    found = findings_of(row).contradictions
    if found:
        said = "；".join(item.sentence for item in found[:MOST_QUOTED])
        raise Refused(f"勾稽不一致 {len(found)} 处，不能定稿：{said}")
    _freeze(row, frozen_rows(row, "定稿"), actor, now or timezone.now())
    changes = {"state": [State.IN_REVIEW, State.FINAL], "content_hash": row.content_hash}
    audit.record(row, "work_report.finish", actor=actor, changes=changes)
    report.refresh_from_db()
    return report


def _freeze(report: WorkReport, rows: dict[str, Any], actor: User, now: datetime) -> None:
    report.final_on = timezone.localdate(now)
    document = document_of(report)
    docx, pdf = render_files(document)
    stored = {
        "final_on": report.final_on,
        "rows": rows,
        "document": json.loads(storage.to_json(document)),
        "docx": docx,
        "pdf": pdf.content,
    }
    for name, value in stored.items():
        setattr(report, name, value)
    stored["content_hash"] = hash_of(report)
    people = {"reviewed_by": actor, "reviewed_at": now, "final_at": now}
    move(report, State.IN_REVIEW, State.FINAL, **people, **stored)


def document_of(report: WorkReport) -> OfficialDocument:
    """Return the report as an official document without a red head; a draft has no date."""
    signer = f"{settings.COUNTY_NAME}优化营商环境工作领导小组办公室"
    return report_document(report.title, signer, report.final_on, sections_from_json(report.content))


def hash_of(report: WorkReport) -> str:
    """Return SHA-256 over the canonical JSON of all that was frozen, the files by their own digests."""
    parts = {
        "code": report.code,
        "title": report.title,
        "period": [str(report.month), report.months],
        "final_on": str(report.final_on),
        "content": report.content,
        "figures": report.figures,
        "rows": report.rows,
        "document": report.document,
        "docx": hashlib.sha256(bytes(report.docx or b"")).hexdigest(),
        "pdf": hashlib.sha256(bytes(report.pdf or b"")).hexdigest(),
    }
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def adopt_outline(
    outline: Parts, note: str, *, actor: User, period: Period, now: datetime | None = None
) -> Outline:
    """Put an outline into force for reports drafted from now on; `period` says which figures exist.

    Raises Refused naming the part that refers to a figure that does not exist.
    """
    _require(OFFICE_ROLES, actor, "汇报提纲由营商办制定，您没有此项权限")
    try:
        refuse_wrong(outline, figures_of(period))
    except OutlineError as error:
        raise Refused(str(error)) from error
    before = outline_to_json(current_outline())
    row = Outline.objects.create(
        sections=outline_to_json(outline), note=note, created_by=actor, created_at=now or timezone.now()
    )
    audit.record(
        row, "work_report.outline", actor=actor, changes={"sections": [before, row.sections]}, note=note
    )
    return row


def _require(roles: Collection[str], actor: User, refusal: str) -> None:
    if not actor.has_role(*roles):
        raise Refused(refusal)
