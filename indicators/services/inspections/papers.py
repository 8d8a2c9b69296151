"""How the papers of an inspection read, how they are numbered, and their issue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.conf import settings

from indicators.inspection_workflow import Authority, InspectionKind
from indicators.models import Finding, Inspection, InspectionPaper
from indicators.services.letters.wording import office_name, stored_form
from portal.documents.model import (
    Align,
    Block,
    Column,
    DocumentKind,
    Heading,
    Imprint,
    OfficialDocument,
    Paragraph,
    Table,
)
from portal.documents.numbers import document_number, heading_number, printed_date
from portal.documents.storage import from_json
from portal.documents.words import agency_code
from portal.models import Organisation, User
from portal.selectors.settings import number_setting, setting
from portal.services import audit
from portal.services.numbers import take_number

Kind = InspectionPaper.Kind
_MARKS = {Kind.NOTICE: "通", Kind.FEEDBACK: "反", Kind.RECTIFY: "改"}


def _body_of(inspection: Inspection) -> str:
    """Return in whose name it is run: the government's, the designated office's, or the office's own 督办."""
    if inspection.kind == InspectionKind.ROUTINE:
        return "routine"
    return "office" if inspection.authority == Authority.DESIGNATION else "government"


def issuer_of(inspection: Inspection) -> str:
    """Return the full name of the body whose paper it is."""
    return f"{settings.COUNTY_NAME}人民政府督查室" if _body_of(inspection) == "government" else office_name()


def number_series(inspection: Inspection, kind: str) -> str:
    """Return the name of the counter that numbers a paper."""
    return f"inspection-{_body_of(inspection)}-{kind}"


def printed_number(inspection: Inspection, kind: str, year: int, n: int | None, *, on: date) -> str:
    """Return the 文号 of the n-th paper: 县政督反〔2023〕3号; 云营商办日督通〔2023〕1号 without an authority."""
    body = _body_of(inspection)
    if body == "government":
        code = f"{setting('inspections.prefix', on=on)}{_MARKS[Kind(kind)]}"
    else:
        code = agency_code(f"inspection.{body}.{Kind(kind).value}")
    return document_number(code, year, n)


def issue_paper(
    inspection: Inspection,
    kind: Kind,
    *,
    actor: User,
    today: date,
    unit: Organisation | None = None,
    findings: Sequence[Finding] = (),
    due_on: date | None = None,
) -> InspectionPaper:
    """Number a paper and write it once for ever; runs in the transaction of the step that issues it."""
    n = take_number(number_series(inspection, kind), today.year)
    number = printed_number(inspection, kind, today.year, n, on=today)
    paper = InspectionPaper(
        inspection=inspection,
        kind=kind,
        organisation=unit,
        slug=f"{inspection.slug}-{kind.value}-{_body_of(inspection)}-{today.year}-{n}",
        number=number,
        issued_on=today,
        issued_by=actor,
    )
    paper.document = stored_form(compose(paper, findings, due_on=due_on))
    paper.save(force_insert=True)
    audit.record(
        paper,
        "inspection.paper",
        actor=actor,
        changes={"number": number},
        note=paper.label,
        organisation=unit,
    )
    return paper


def compose(
    paper: InspectionPaper, findings: Sequence[Finding] = (), *, due_on: date | None = None
) -> OfficialDocument:
    """Return the paper as it is issued. It ends with a paragraph, which the signature can be held to."""
    inspection, units = paper.inspection, list(paper.inspection.organisations.all())
    issuer = issuer_of(inspection)
    body: tuple[Block, ...]
    if paper.kind == Kind.NOTICE:
        title, body = f"关于开展{inspection.title}的通知", _notice(inspection, units)
    elif paper.kind == Kind.FEEDBACK:
        title, body = f"关于{inspection.title}情况的反馈意见书", _feedback(paper, findings)
    else:
        title, body = (
            f"关于{inspection.title}发现问题的整改通知",
            _rectification(inspection, findings, due_on),
        )
    addressee = "、".join(unit.name for unit in ([paper.organisation] if paper.organisation else units))
    return OfficialDocument(
        kind=DocumentKind.LETTER,
        masthead=issuer,
        number=paper.number,
        issued_on=paper.issued_on,
        title=title,
        addressee=f"{addressee}：",
        body=body,
        signer=issuer,
        imprint=Imprint(issuer, paper.issued_on),
    )


def _lines(text: str) -> list[Block]:
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def _rests_on(inspection: Inspection) -> str:
    """Return on what authority it is run, as the first sentence of the notice."""
    if inspection.kind == InspectionKind.ROUTINE:
        return "为推动优化营商环境工作落实"
    approved = f"（{printed_date(inspection.approved_on)}）"
    if inspection.authority == Authority.DECISION:
        return f"根据{inspection.approver}决定{approved}和《{_bare(inspection.authority_document)}》"
    if inspection.authority == Authority.APPROVAL:
        return f"经{inspection.approver}批准{approved}，依据《{_bare(inspection.authority_document)}》"
    until = printed_date(inspection.authority_until)
    return (
        f"经{inspection.approver}指定{approved}，依据《{_bare(inspection.authority_document)}》"
        f"（指定范围：{inspection.authority_scope}，期限至{until}）"
    )


def _bare(name: str) -> str:
    return name.strip().removeprefix("《").removesuffix("》")


def _notice(inspection: Inspection, units: Sequence[Organisation]) -> tuple[Block, ...]:
    people = "、".join(
        f"{member.user.name}{'（组长）' if member.is_head else ''}" for member in inspection.members.all()
    )
    others = f"，{inspection.companions}参加" if inspection.companions else ""
    when = f"{printed_date(inspection.starts_on)}至{printed_date(inspection.ends_on)}"
    named = "、".join(unit.short_name for unit in units)
    return (
        Paragraph(f"{_rests_on(inspection)}，定于{when}开展{inspection.title}。现将有关事项通知如下。"),
        Heading(1, f"{heading_number(1, 1)}{inspection.word}对象和范围"),
        Paragraph(f"对象：{named}。"),
        *_lines(inspection.scope),
        Heading(1, f"{heading_number(1, 2)}{inspection.word}方式和人员"),
        Paragraph(f"采取{inspection.get_method_display()}方式，人员为{people}{others}。"),
        Heading(1, f"{heading_number(1, 3)}工作安排"),
        *_lines(inspection.plan),
        Paragraph("请各单位如实提供情况和资料，明确一名联络人员配合，不得干扰、阻碍或者提供虚假情况。"),
    )


def _feedback(paper: InspectionPaper, findings: Sequence[Finding]) -> tuple[Block, ...]:
    inspection, days = paper.inspection, number_setting("inspections.objection_days", on=paper.issued_on)
    found: list[Block] = []
    for place, finding in enumerate(findings, start=1):
        found += [
            Heading(2, f"{heading_number(2, place)}{finding.title}"),
            *_lines(finding.fact),
            Paragraph(f"对照要求：{finding.basis.rstrip('。')}。"),
            Paragraph(f"整改要求：{finding.demand.rstrip('。')}。"),
        ]
    when = f"{printed_date(inspection.starts_on)}至{printed_date(inspection.ends_on)}"
    return (
        Paragraph(
            f"{when}，{'我办' if _body_of(inspection) != 'government' else '我室'}对你单位开展了{inspection.title}。现将{inspection.word}结论反馈如下。"
        ),
        Heading(1, f"{heading_number(1, 1)}{inspection.word}结论"),
        *_lines(inspection.conclusion),
        Heading(1, f"{heading_number(1, 2)}涉及你单位的问题"),
        *(found or [Paragraph("未发现需要整改的问题。")]),
        Heading(1, f"{heading_number(1, 3)}有关要求"),
        Paragraph(
            f"请及时研究认领。对结论有异议的，可自收到之日起{days}日内书面提出，写明事实和依据，"
            "由未参加本次工作的人员复核并答复。"
        ),
    )


def _rectification(
    inspection: Inspection, findings: Sequence[Finding], due_on: date | None
) -> tuple[Block, ...]:
    rows = tuple(
        (
            finding.item.short_number if finding.item else "",
            finding.title,
            finding.demand,
        )
        for finding in findings
    )
    columns = (Column("编号", 3, Align.CENTER), Column("问题", 8), Column("整改要求", 8))
    return (
        Paragraph(
            f"{inspection.title}中发现你单位的{len(rows)}个问题，已列入{inspection.year}年度督查发现问题整改台账，现通知整改。"
        ),
        Table(caption="整改问题", columns=columns, rows=rows),
        Paragraph(
            f"请于{printed_date(due_on)}前整改到位，按月填报进展，完成后附佐证申请销号。销号后将组织复查，复查不合格的重新整改。"
        ),
    )


def stored_document(paper: InspectionPaper) -> OfficialDocument:
    """Return the paper as it was issued."""
    return from_json(json.dumps(paper.document))
