"""How a letter reads and how it is numbered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.conf import settings

from indicators.escalation import AUTOMATIC, Rung
from indicators.models import Letter, WorkItem
from portal.documents.model import (
    Align,
    Column,
    DocumentKind,
    Imprint,
    OfficialDocument,
    Paragraph,
    Table,
)
from portal.documents.numbers import document_number, printed_date
from portal.documents.storage import from_json, to_json
from portal.documents.words import agency_code
from portal.models import Organisation
from portal.selectors.settings import setting

LISTED_ALONE = 1
_KINDS = {
    Rung.REMIND: "提醒函",
    Rung.CHASE: "催办通知",
    Rung.SUPERVISE: "督办函",
    Rung.TALK: "约谈通知",
    Rung.CIRCULATE: "通报",
    Rung.TRANSFER: "移交函",
}
_BODIES = {
    Rung.REMIND: "请对照时限抓紧推进，按时填报月报；确有困难的，请在月报“提请协调”中写明。",
    Rung.CHASE: "请立即组织推进，尽快完成并申请销号；确需延期的，按规定程序提出。",
    Rung.SUPERVISE: "请主要负责同志牵头，逐项分析原因，提出整改措施和完成时间，按要求书面反馈。",
    Rung.TALK: "请按时参加约谈，并书面说明原因、责任和完成时间。约谈时间、地点：",
    Rung.CIRCULATE: "请有关单位深刻查找原因，限期整改；其他单位引以为戒，切实加快工作进度。",
    Rung.TRANSFER: "经提醒、催办、督办、约谈和通报，上述事项仍未完成。现按规定移交，请依规依纪处理。",
}
_OPENINGS = {
    Rung.REMIND: "现予提醒，有关要求",
    Rung.CHASE: "现予催办，有关要求",
    Rung.SUPERVISE: "现予督办，有关要求",
    Rung.TALK: "经研究，决定约谈你单位主要负责同志，有关事项",
    Rung.CIRCULATE: "现予通报，有关要求",
    Rung.TRANSFER: "现将有关情况移交",
}


def office_name() -> str:
    """Return the full name of the office, as its documents are headed and signed."""
    return f"{settings.COUNTY_NAME}优化营商环境工作领导小组办公室"


def number_series(rung: str) -> str:
    """Return the name of the counter that numbers the letters of a rung."""
    return f"letter-{rung}"


def printed_number(rung: str, year: int, n: int | None) -> str:
    """Return the 文号 of the n-th letter of a rung: 云营商办督办〔2023〕3号; blank for a draft."""
    return document_number(agency_code(f"letter.{Rung(rung).value}"), year, n)


def default_body(rung: str) -> str:
    """Return what a letter of this rung asks for unless somebody words it otherwise."""
    return _BODIES[Rung(rung)]


def compose(letter: Letter, items: Sequence[WorkItem], *, on: date) -> OfficialDocument:
    """Return the letter as it would be issued on the day `on`; without a number while it has none.

    It ends with a paragraph, never with the table: only text can be held to the
    signature below it, which shall not stand alone on a page (GB/T 9704-2012).
    """
    rung = Rung(letter.rung)
    matter = f"{_matter(rung, letter.organisation, items)}，{letter.reason.rstrip('。')}。"
    asked = f"{_OPENINGS[rung]}如下。"
    body: list[Paragraph | Table] = [Paragraph(matter + asked)]
    if len(items) > LISTED_ALONE:
        body = [Paragraph(matter), _table(items, on), Paragraph(asked)]
    body += map(Paragraph, _lines(letter.body))
    if letter.reply_by:
        until = printed_date(letter.reply_by)
        body.append(Paragraph(f"请于{until}前将办理情况书面报送我办。"))
    return OfficialDocument(
        kind=DocumentKind.LETTER,
        masthead=office_name(),
        number=letter.number or printed_number(rung, on.year, None),
        issued_on=letter.issued_on,
        title=_title(rung, items),
        addressee=f"{_addressee(rung, letter.organisation, on)}：",
        body=tuple(body),
        signer=office_name(),
        sealed=rung not in AUTOMATIC,
        imprint=Imprint(office_name(), letter.issued_on),
    )


def _title(rung: Rung, items: Sequence[WorkItem]) -> str:
    if not items:
        return f"关于优化营商环境重点工作的{_KINDS[rung]}"
    if len(items) == LISTED_ALONE:
        return f"关于{items[0].title}的{_KINDS[rung]}"
    return f"关于{items[0].short_number}等{len(items)}项事项的{_KINDS[rung]}"


def _matter(rung: Rung, unit: Organisation, items: Sequence[WorkItem]) -> str:
    who = unit.short_name if rung in {Rung.CIRCULATE, Rung.TRANSFER} else "你单位"
    if not items:
        return f"{who}承担的优化营商环境工作"
    first = items[0]
    if len(items) > LISTED_ALONE:
        return f"{who}承担的{first.short_number}等{len(items)}项事项"
    due = f"，要求于{printed_date(first.due_on)}前完成" if first.due_on else ""
    return f"{who}承担的“{first.title}”（编号{first.short_number}）{due}"


def _addressee(rung: Rung, unit: Organisation, on: date) -> str:
    if rung is Rung.CIRCULATE:
        return "各指标专班、各责任单位"
    return str(setting("letters.transfer_to", on=on)) if rung is Rung.TRANSFER else unit.name


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _table(items: Sequence[WorkItem], on: date) -> Table:
    return Table(
        caption="所涉事项",
        columns=(
            Column("编号", 3, Align.CENTER),
            Column("事项", 8),
            Column("完成时限", 4, Align.CENTER),
            Column("进度", 2, Align.CENTER),
            Column("情况", 4, Align.CENTER),
        ),
        rows=tuple(
            (
                item.short_number,
                item.title,
                f"{item.due_on.month}月{item.due_on.day}日" if item.due_on else "未设",
                f"{item.percent.normalize():f}%",
                f"逾期{(on - item.due_on).days}天" if item.due_on and item.due_on < on else item.lamp_reason,
            )
            for item in items
        ),
    )


def stored_form(document: OfficialDocument) -> dict[str, object]:
    """Return the document as the letter's JSON column keeps it."""
    kept: dict[str, object] = json.loads(to_json(document))
    return kept


def stored_document(letter: Letter) -> OfficialDocument | None:
    """Return the document as it was issued, or None where the letter has none."""
    return from_json(json.dumps(letter.document)) if letter.document else None
