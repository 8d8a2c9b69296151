"""The words of a case's papers, set as official documents after GB/T 9704-2012.

Every text ends with a paragraph: a signature below a table could stand alone on a page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.conf import settings

from complaints.kinds import PaperKind
from complaints.selectors.documents import (
    AcceptanceNotice,
    DeclineNotice,
    ReceiptSlip,
    ReplyLetter,
    SupervisionLetter,
    TransferSheet,
)
from complaints.workflow import EscalationRung
from portal.documents.model import (
    Align,
    Column,
    DocumentKind,
    Heading,
    Imprint,
    OfficialDocument,
    Paragraph,
    Table,
)
from portal.documents.numbers import document_number, printed_date
from portal.documents.words import agency_code

SERIES = {
    PaperKind.ACCEPTANCE: "complaints.paper.acceptance",
    PaperKind.DECLINE: "complaints.paper.decline",
    PaperKind.REPLY: "complaints.paper.reply",
    PaperKind.SUPERVISE: "complaints.escalation",
}
_TITLES = {
    EscalationRung.SUPERVISE.label: "督办函",
    EscalationRung.TALK.label: "约谈通知",
    EscalationRung.CIRCULATE.label: "通报",
}
_OPENINGS = {
    EscalationRung.SUPERVISE.label: "现予督办，有关要求",
    EscalationRung.TALK.label: "经研究，决定约谈你单位主要负责同志，有关要求",
    EscalationRung.CIRCULATE.label: "现予通报，有关要求",
}
_FACTS = (Column("项目", 5, Align.CENTER), Column("内容", 19))
_PARTS = (
    Column("单位", 7),
    Column("职责", 3, Align.CENTER),
    Column("办理时限", 5, Align.CENTER),
    Column("办理要求", 9),
)


def office_name() -> str:
    """Return the full name of the office, as its papers are headed and signed."""
    return f"{settings.COUNTY_NAME}优化营商环境工作领导小组办公室"


def printed_number(kind: PaperKind, year: int, n: int | None) -> str:
    """Return the 文号 of the n-th paper of a kind: 云营商办诉受〔2023〕3号; blank for a draft."""
    return document_number(agency_code(f"complaint.{kind}"), year, n)


def _letter(
    kind: PaperKind,
    body: list[Heading | Paragraph | Table],
    *,
    number: str,
    issued_on: date | None,
    title: str = "",
    addressee: str = "",
) -> OfficialDocument:
    return OfficialDocument(
        kind=DocumentKind.LETTER,
        masthead=office_name(),
        number=number,
        issued_on=issued_on,
        title=title or kind.label,
        addressee=f"{addressee}：" if addressee else "",
        body=tuple(body),
        signer=office_name(),
        imprint=Imprint(office_name(), issued_on),
    )


def _sheet(body: list[Heading | Paragraph | Table], *, title: str, on: date | None) -> OfficialDocument:
    """Set a working paper that bears the case's number: no red head, so that it stays on one page."""
    return OfficialDocument(
        kind=DocumentKind.REPORT,
        title=title,
        issued_on=on,
        body=tuple(body),
        signer=office_name(),
        sealed=False,
    )


def _lines(text: str) -> list[Paragraph]:
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def _until(day: date, *, provisional: bool) -> str:
    return printed_date(day) + ("（暂定，以国家公布的节假日安排为准）" if provisional else "")


def acceptance(facts: AcceptanceNotice, *, number: str, on: date | None) -> OfficialDocument:
    """Return 受理告知书: what was taken up, by when it is answered, how it is followed."""
    how = (
        "因未在规定时限内作出决定，现视为受理"
        if facts.is_deemed
        else f"经审查，决定于{printed_date(facts.accepted_on)}予以受理"
    )
    body: list[Heading | Paragraph | Table] = [
        Paragraph(
            f"您于{printed_date(facts.received_on)}反映的“{facts.title}”（编号{facts.number}）收悉。{how}。"
        )
    ]
    if facts.handle_due_on:
        until = _until(facts.handle_due_on, provisional=facts.provisional)
        body.append(Paragraph(f"我办将转交有关单位办理，于{until}前向您答复；依法延长的，另行告知理由。"))
    else:
        body.append(Paragraph("我办将转交有关单位办理，并按规定时限向您答复。"))
    body.append(Paragraph("您可凭登记时取得的查询码查询办理进展、补充材料，办结后可对办理情况作出评价。"))
    return _letter(PaperKind.ACCEPTANCE, body, number=number, issued_on=on, addressee=facts.addressee)


def decline(facts: DeclineNotice, *, number: str, on: date | None) -> OfficialDocument:
    """Return 不予受理告知书: the ground with its source, the reason, and the right door."""
    body: list[Heading | Paragraph | Table] = [
        Paragraph(
            f"您于{printed_date(facts.received_on)}反映的“{facts.title}”（编号{facts.number}）收悉。"
            f"经审查，所反映事项属于“{facts.ground}”的情形，"
            f"于{printed_date(facts.decided_on)}决定不予受理。"
        ),
        Paragraph(f"依据：{facts.basis.rstrip('。')}。"),
        Paragraph(f"理由：{facts.reason.rstrip('。')}。"),
    ]
    if facts.right_door:
        body.append(Paragraph(f"您可以通过下列途径反映：{facts.right_door.rstrip('。')}。"))
    body.append(Paragraph("对本决定有异议的，可以补充材料后再次反映，我办将另行审查。"))
    return _letter(PaperKind.DECLINE, body, number=number, issued_on=on, addressee=facts.addressee)


def reply(facts: ReplyLetter, *, number: str, on: date | None) -> OfficialDocument:
    """Return 答复函: what the unit found and did, and what the person may do who is not content."""
    body: list[Heading | Paragraph | Table] = [
        Paragraph(f"您反映的“{facts.title}”（编号{facts.number}），经{facts.unit}办理，现答复如下。"),
        *_lines(facts.text),
        Paragraph(f"办理结果：{facts.outcome}。"),
        Paragraph(
            "感谢您对优化营商环境工作的支持。对答复不满意的，可凭查询码评价或在回访时提出，我办将继续督促办理。"
        ),
    ]
    return _letter(
        PaperKind.REPLY,
        body,
        number=number,
        issued_on=on,
        title="关于企业诉求办理情况的答复函",
        addressee=facts.addressee,
    )


def transfer(facts: TransferSheet) -> OfficialDocument:
    """Return 转办单, with the text without identity wherever one of the units may not know the person."""
    rows = [
        ("编号", facts.number),
        ("类型", f"{facts.kind}　{facts.urgency}"),
        ("领域", facts.topic or "未归类"),
        ("问题类型", facts.problem_kind),
        ("企业", "隐去" if facts.is_hidden else facts.enterprise or "未填写"),
        ("标题", facts.title),
        ("反映内容", facts.text),
        ("诉求", facts.wishes or "未填写"),
    ]
    parts = tuple(
        (
            part.unit,
            part.role,
            _until_short(part.due_on, provisional=part.provisional),
            part.instruction or "按规定办理",
        )
        for part in facts.parts
    )
    asked = "请自收到之日起一个工作日内签收，不属于本单位职责的在时限内写明理由退回；办结后经单位负责人确认，在系统中提交答复。"
    if facts.is_hidden:
        asked += "本件隐去来件人身份，请就反映的事实核查，不得打听、追查来件人；需要补充情况的，由我办转达。"
    units = "、".join(part.unit for part in facts.parts)
    body: list[Heading | Paragraph | Table] = [
        Paragraph(f"{units}：现将企业诉求转你们办理，有关情况和要求如下。", indent=False),
        Table("诉求情况", _FACTS, tuple(rows)),
        Table("承办单位", _PARTS, parts),
        Paragraph(asked),
    ]
    return _sheet(body, title="企业诉求转办单", on=facts.assigned_on)


def _until_short(day: date | None, *, provisional: bool) -> str:
    return f"{printed_date(day)}{'（暂定）' if provisional else ''}" if day else "按规定时限"


def receipt(facts: ReceiptSlip) -> OfficialDocument:
    """Return 登记回执; with the query code in the moment of registration only."""
    code = facts.code or "登记时已交来件人，不再显示"
    rows = [
        ("编号", facts.number),
        ("查询码", code),
        ("标题", facts.title),
        ("登记日期", printed_date(facts.received_on)),
        ("受理审查", f"{printed_date(facts.examine_due_on)}前" if facts.examine_due_on else "已审查"),
    ]
    body: list[Heading | Paragraph | Table] = [
        Paragraph("您反映的情况已经登记，现出具回执。"),
        Table("登记情况", _FACTS, tuple(rows)),
        Paragraph(
            f"请妥善保管查询码，不要告诉他人。在本县营商环境诉求网页（地址末尾为{facts.query_path}）"
            "输入查询码，可以查看办理进展、补充材料、作出评价。"
        ),
    ]
    return _sheet(body, title="企业诉求登记回执", on=facts.received_on)


def supervision(facts: SupervisionLetter) -> OfficialDocument:
    """Return the letter to a late unit 督办函, or 约谈通知; without a number while it is proposed."""
    due = f"，办理时限为{printed_date(facts.due_on)}" if facts.due_on else ""
    if facts.original_due_on and facts.original_due_on != facts.due_on:
        due += f"（原时限{printed_date(facts.original_due_on)}）"
    body: list[Heading | Paragraph | Table] = [
        Paragraph(
            f"你单位主办的企业诉求“{facts.title}”（编号{facts.case_number}）{due}，{facts.reason.rstrip('。')}。"
            f"{_OPENINGS[facts.rung]}如下。"
        ),
        Paragraph("请主要负责同志牵头，查明未按时办结的原因，提出办理措施和完成时间，抓紧答复来件人。"),
    ]
    if facts.reply_by:
        body.append(Paragraph(f"请于{printed_date(facts.reply_by)}前将办理情况书面报送我办。"))
    return _letter(
        PaperKind.SUPERVISE,
        body,
        number=facts.number,
        issued_on=facts.issued_on,
        title=f"关于企业诉求{facts.case_number}的{_TITLES[facts.rung]}",
        addressee=facts.unit,
    )


def addressed(document: OfficialDocument, name: str) -> OfficialDocument:
    """Return a copy addressed to the person by name, to be printed and never kept."""
    return replace(document, addressee=f"{name}：")
