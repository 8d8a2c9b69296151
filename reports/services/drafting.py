"""Draft a bulletin from figures, edit its words, decide whom it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from indicators.months import last_day
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from reports.figures import Period
from reports.figures.period import QUARTER
from reports.models import Bulletin
from reports.sections import Book, Candidate, write_sections
from reports.sections.matter import MATTER
from reports.sections.problems import NAMED, faults, named
from reports.sections.subject import subject_from_json, subject_to_json
from reports.selectors.bulletins import quarterly_code
from reports.services.books import read_book
from reports.services.papers import changed_texts, period_of, section_of, write_draft
from reports.texts.content import (
    Paragraph,
    Sections,
    sections_from_json,
    sections_to_json,
    text_of,
)
from reports.texts.editing import edit, merge, replace_paragraph
from reports.texts.values import values_from_json, values_to_json
from reports.texts.wording import phrase_runs

State = Bulletin.State
Series = Bulletin.Series
QUARTER_ENDS = frozenset({3, 6, 9, 12})


def title_of(period: Period) -> str:
    words = "月份" if period.months == 1 else ""
    name = period.label.removesuffix("月") if words else period.label
    return f"关于{name}{words}优化营商环境重点任务推进情况的通报"


def draft_bulletin(month: date, *, actor: User | None, today: date, now: datetime | None = None) -> Bulletin:
    """Draft the monthly bulletin of `month` (any day of it) from its figures.

    A second call returns the bulletin that is there, whatever became of it.
    `actor` None is the portal itself. Raises Refused before the month is over and
    for a month without any figures.
    """
    period = Period(month)
    return _draft(period, Series.MONTHLY, f"monthly-{period.month:%Y-%m}", actor=actor, today=today, now=now)


def draft_quarterly(month: date, *, actor: User | None, today: date, now: datetime | None = None) -> Bulletin:
    """Draft the bulletin of the quarter that ends with `month`, its figures over the three months.

    A second call returns the bulletin that is there. Raises Refused for a month that
    ends no quarter, before it is over, and for a quarter without any figures.
    """
    if month.month not in QUARTER_ENDS:
        raise Refused("季通报覆盖一个自然季度，请选择3月、6月、9月或者12月为截止月份")
    period = Period(month, QUARTER)
    code = quarterly_code(period.month)
    return _draft(period, Series.QUARTERLY, code, actor=actor, today=today, now=now)


@transaction.atomic
def _draft(
    period: Period, series: str, code: str, *, actor: User | None, today: date, now: datetime | None
) -> Bulletin:
    require_office(actor)
    if period.end >= today:
        raise Refused(f"{period.label}尚未结束，请在月末以后起草通报")
    existing = Bulletin.objects.filter(code=code).first()
    if existing is not None:
        return existing
    book = read_book(period, today=today)
    if not book.has("indicators.items.total"):
        raise Refused(f"{period.label}没有台账事项，不能起草通报；请核对年度和月份")
    return create(book, series=series, code=code, title=title_of(period), actor=actor, now=now)


@transaction.atomic
def correct_bulletin(
    bulletin: Bulletin, *, actor: User, today: date, now: datetime | None = None
) -> Bulletin:
    """Draft a new issue that corrects an issued one and names it; the old one stays as it was printed.

    A second call returns the correction that is there.
    """
    require_office(actor)
    if bulletin.state == State.SUPERSEDED or hasattr(bulletin, "superseded_by"):
        return bulletin.superseded_by
    if bulletin.state != State.ISSUED:
        raise Refused("只有已签发的通报可以更正；起草中的请直接修改")
    book = book_of(bulletin, today=today, corrects=_called(bulletin))
    return create(
        book,
        series=bulletin.series,
        code=f"{bulletin.code}-gz",
        title=f"{bulletin.title}（更正）",
        actor=actor,
        now=now,
        supersedes=bulletin,
        sections=_corrected(bulletin, book),
    )


def _corrected(bulletin: Bulletin, book: Book) -> Sections:
    """Return fresh sections; a special bulletin's own words come along, they are nowhere else."""
    fresh = write_sections(book)
    if bulletin.series != Series.SPECIAL:
        return fresh
    return merge([part for part in sections_from_json(bulletin.content) if part.key == MATTER], fresh)


def book_of(bulletin: Bulletin, *, today: date, corrects: str = "") -> Book:
    """Read the figures of a bulletin anew, for its period and its subject."""
    return read_book(
        period_of(bulletin),
        today=today,
        ticked=ticked_units(bulletin),
        corrects=corrects,
        subject=subject_from_json(bulletin.subject),
    )


def _called(bulletin: Bulletin) -> str:
    return f"《{bulletin.title}》（第{bulletin.issue_number}期，{bulletin.document_number}）"


def create(
    book: Book,
    *,
    series: str,
    code: str,
    title: str,
    actor: User | None,
    now: datetime | None,
    supersedes: Bulletin | None = None,
    sections: Sections | None = None,
) -> Bulletin:
    """Write the draft; of two people at once the second gets the first one's."""
    try:
        with transaction.atomic():
            bulletin = Bulletin.objects.create(
                series=series,
                month=book.month,
                months=book.months,
                subject=subject_to_json(book.subject),
                code=code,
                title=title,
                content=sections_to_json(write_sections(book) if sections is None else sections),
                figures=values_to_json(book.values),
                named_units=_units(book),
                drafted_by=actor,
                drafted_at=now or timezone.now(),
                supersedes=supersedes,
            )
    except IntegrityError:
        # Somebody else drafted it at the same moment: theirs is the one.
        return Bulletin.objects.get(code=code)
    audit.record(
        bulletin, "bulletin.draft", actor=actor, changes={"series": series, "month": book.month, "code": code}
    )
    return bulletin


def _units(book: Book) -> list[dict[str, Any]]:
    """Return the units behind with what each owes, for a person to tick."""
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "faults": text_of(phrase_runs(faults(book, unit))),
            "ticked": unit.ticked,
        }
        for unit in book.candidates
    ]


def ticked_units(bulletin: Bulletin) -> frozenset[str]:
    return frozenset(unit["code"] for unit in bulletin.named_units if unit["ticked"])


@transaction.atomic
def refresh_bulletin(bulletin: Bulletin, *, actor: User, version: int, today: date) -> int:
    """Take all figures anew; return how many changed. What a person has edited keeps its words.

    Raises Refused when the bulletin is no draft any more, Conflict when somebody
    else has changed it since `version`.
    """
    require_office(actor)
    corrects = _called(bulletin.supersedes) if bulletin.supersedes else ""
    book = book_of(bulletin, today=today, corrects=corrects)
    before = values_from_json(bulletin.figures)
    changed = {
        key: [before[key].value if key in before else None, value.value]
        for key, value in book.values.items()
        if key not in before or before[key].value != value.value
    }
    fresh = merge(sections_from_json(bulletin.content), write_sections(book))
    write_draft(
        bulletin,
        version,
        content=sections_to_json(fresh),
        figures=values_to_json(book.values),
        named_units=_units(book),
    )
    audit.record(bulletin, "bulletin.refresh", actor=actor, changes=changed)
    return len(changed)


@transaction.atomic
def edit_section(
    bulletin: Bulletin,
    key: str,
    texts: Mapping[str, str],
    *,
    actor: User,
    version: int,
    added: str = "",
    title: str = "",
) -> Bulletin:
    """Keep a section's paragraphs as edited: empty ones are taken out, lines of `added` become new ones.

    Numbers keep their figures where they can be found again. Nothing is written
    when nothing has changed. Raises Conflict, with the present texts, when
    somebody else has changed the bulletin since `version`.
    """
    require_office(actor)
    sections = sections_from_json(bulletin.content)
    old = section_of(sections, key)
    new = edit(old, texts, added)
    title = title.strip() or bulletin.title
    if new == old and title == bulletin.title:
        return bulletin
    changes = changed_texts(old, new) | (
        {"title": [bulletin.title, title]} if title != bulletin.title else {}
    )
    replaced = [new if section.key == key else section for section in sections]
    write_draft(bulletin, version, content=sections_to_json(replaced), title=title)
    audit.record(bulletin, "bulletin.edit", actor=actor, changes=changes)
    return bulletin


@transaction.atomic
def name_units(bulletin: Bulletin, codes: Collection[str], *, actor: User, version: int) -> Bulletin:
    """Decide which of the units behind are named 点名; their paragraph is written anew.

    The decision and the person who took it stand in the history.
    """
    require_office(actor)
    known = {unit["code"] for unit in bulletin.named_units}
    if unknown := set(codes) - known:
        raise Refused(f"有 {len(unknown)} 个单位不在可点名的范围内，请刷新页面后重新勾选")
    units = [{**unit, "ticked": unit["code"] in codes} for unit in bulletin.named_units]
    if units == bulletin.named_units:
        return bulletin
    before = [unit["name"] for unit in bulletin.named_units if unit["ticked"]]
    after = [unit["name"] for unit in units if unit["ticked"]]
    sections = sections_from_json(bulletin.content)
    replaced = replace_paragraph(section_of(sections, "problems"), NAMED, _named_paragraph(bulletin, units))
    content = [replaced if section.key == "problems" else section for section in sections]
    write_draft(bulletin, version, content=sections_to_json(content), named_units=units)
    audit.record(bulletin, "bulletin.name_units", actor=actor, changes={"named_units": [before, after]})
    return bulletin


def _named_paragraph(bulletin: Bulletin, units: list[dict[str, Any]]) -> Paragraph | None:
    """Write the paragraph from the figures the draft was written from."""
    book = Book(
        month=bulletin.month,
        months=bulletin.months,
        as_of=last_day(bulletin.month),
        values=values_from_json(bulletin.figures),
        candidates=tuple(Candidate(unit["code"], unit["name"], unit["ticked"]) for unit in units),
    )
    runs = named(book)
    return Paragraph(NAMED, runs) if runs else None


def require_office(actor: User | None) -> None:
    if actor is not None and not actor.has_role(*OFFICE_ROLES):
        raise Refused("通报由营商办起草，您没有此项权限")
