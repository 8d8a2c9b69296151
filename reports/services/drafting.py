"""Draft a bulletin from figures, edit its words, decide whom it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from indicators.months import first_of, last_day
from indicators.months import label as month_label
from portal.errors import Conflict, Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from reports.models import Bulletin
from reports.sections import Book, Candidate, write_sections
from reports.sections.problems import NAMED, faults, named
from reports.services.books import read_book
from reports.texts.content import (
    Paragraph,
    Section,
    Sections,
    sections_from_json,
    sections_to_json,
    text_of,
)
from reports.texts.editing import edit, merge, replace_paragraph
from reports.texts.values import values_from_json, values_to_json
from reports.texts.wording import phrase_runs

State = Bulletin.State


def title_of(month: date) -> str:
    return f"关于{month_label(month)}份优化营商环境重点任务推进情况的通报"


@transaction.atomic
def draft_bulletin(month: date, *, actor: User | None, today: date, now: datetime | None = None) -> Bulletin:
    """Draft the monthly bulletin of `month` (any day of it) from its figures.

    A second call returns the bulletin that is there, whatever became of it.
    `actor` None is the portal itself. Raises Refused before the month is over and
    for a month without any figures.
    """
    _require_office(actor)
    month = first_of(month)
    if last_day(month) >= today:
        raise Refused(f"{month_label(month)}尚未结束，请在月末以后起草通报")
    code = f"monthly-{month:%Y-%m}"
    existing = Bulletin.objects.filter(code=code).first()
    if existing is not None:
        return existing
    book = read_book(month, today=today)
    if not book.has("indicators.items.total"):
        raise Refused(f"{month_label(month)}没有台账事项，不能起草通报；请核对年度和月份")
    return _create(book, code=code, title=title_of(month), actor=actor, now=now)


@transaction.atomic
def correct_bulletin(
    bulletin: Bulletin, *, actor: User, today: date, now: datetime | None = None
) -> Bulletin:
    """Draft a new issue that corrects an issued one and names it; the old one stays as it was printed.

    A second call returns the correction that is there.
    """
    _require_office(actor)
    if bulletin.state == State.SUPERSEDED or hasattr(bulletin, "superseded_by"):
        return bulletin.superseded_by
    if bulletin.state != State.ISSUED:
        raise Refused("只有已签发的通报可以更正；起草中的请直接修改")
    book = read_book(bulletin.month, today=today, ticked=ticked_units(bulletin), corrects=_called(bulletin))
    code = f"{bulletin.code}-gz"
    return _create(
        book, code=code, title=f"{bulletin.title}（更正）", actor=actor, now=now, supersedes=bulletin
    )


def _called(bulletin: Bulletin) -> str:
    return f"《{bulletin.title}》（第{bulletin.issue_number}期，{bulletin.document_number}）"


def _create(
    book: Book,
    *,
    code: str,
    title: str,
    actor: User | None,
    now: datetime | None,
    supersedes: Bulletin | None = None,
) -> Bulletin:
    try:
        with transaction.atomic():
            bulletin = Bulletin.objects.create(
                month=book.month,
                code=code,
                title=title,
                content=sections_to_json(write_sections(book)),
                figures=values_to_json(book.values),
                named_units=_units(book),
                drafted_by=actor,
                drafted_at=now or timezone.now(),
                supersedes=supersedes,
            )
    except IntegrityError:
        # Somebody else drafted it at the same moment: theirs is the one.
        return Bulletin.objects.get(code=code)
    audit.record(bulletin, "bulletin.draft", actor=actor, changes={"month": book.month, "code": code})
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
    _require_office(actor)
    corrects = _called(bulletin.supersedes) if bulletin.supersedes else ""
    book = read_book(bulletin.month, today=today, ticked=ticked_units(bulletin), corrects=corrects)
    before = values_from_json(bulletin.figures)
    changed = {
        key: [before[key].value if key in before else None, value.value]
        for key, value in book.values.items()
        if key not in before or before[key].value != value.value
    }
    fresh = merge(sections_from_json(bulletin.content), write_sections(book))
    _write(
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
    _require_office(actor)
    sections = sections_from_json(bulletin.content)
    old = _section(sections, key)
    new = edit(old, texts, added)
    title = title.strip() or bulletin.title
    if new == old and title == bulletin.title:
        return bulletin
    changes = _changed_texts(old, new) | (
        {"title": [bulletin.title, title]} if title != bulletin.title else {}
    )
    replaced = [new if section.key == key else section for section in sections]
    _write(bulletin, version, content=sections_to_json(replaced), title=title)
    audit.record(bulletin, "bulletin.edit", actor=actor, changes=changes)
    return bulletin


def _changed_texts(old: Section, new: Section) -> dict[str, list[str | None]]:
    before = {block.key: block.text for block in old.paragraphs}
    after = {block.key: block.text for block in new.paragraphs}
    return {
        key: [before.get(key), after.get(key)]
        for key in (*before, *(key for key in after if key not in before))
        if before.get(key) != after.get(key)
    }


@transaction.atomic
def name_units(bulletin: Bulletin, codes: Collection[str], *, actor: User, version: int) -> Bulletin:
    """Decide which of the units behind are named 点名; their paragraph is written anew.

    The decision and the person who took it stand in the history.
    """
    _require_office(actor)
    known = {unit["code"] for unit in bulletin.named_units}
    if unknown := set(codes) - known:
        raise Refused(f"有 {len(unknown)} 个单位不在可点名的范围内，请刷新页面后重新勾选")
    units = [{**unit, "ticked": unit["code"] in codes} for unit in bulletin.named_units]
    if units == bulletin.named_units:
        return bulletin
    before = [unit["name"] for unit in bulletin.named_units if unit["ticked"]]
    after = [unit["name"] for unit in units if unit["ticked"]]
    sections = sections_from_json(bulletin.content)
    replaced = replace_paragraph(_section(sections, "problems"), NAMED, _named_paragraph(bulletin, units))
    content = [replaced if section.key == "problems" else section for section in sections]
    _write(bulletin, version, content=sections_to_json(content), named_units=units)
    audit.record(bulletin, "bulletin.name_units", actor=actor, changes={"named_units": [before, after]})
    return bulletin


def _named_paragraph(bulletin: Bulletin, units: list[dict[str, Any]]) -> Paragraph | None:
    """Write the paragraph from the figures the draft was written from."""
    book = Book(
        month=bulletin.month,
        as_of=last_day(bulletin.month),
        values=values_from_json(bulletin.figures),
        candidates=tuple(Candidate(unit["code"], unit["name"], unit["ticked"]) for unit in units),
    )
    runs = named(book)
    return Paragraph(NAMED, runs) if runs else None


def _section(sections: Sections, key: str) -> Section:
    found = next((section for section in sections if section.key == key), None)
    if found is None:
        raise Refused("通报中没有这一部分，请刷新页面")
    return found


def _write(bulletin: Bulletin, version: int, **fields: Any) -> None:
    """Write the draft if it is still the `version` that was edited; the row in hand follows."""
    held = Bulletin.objects.filter(pk=bulletin.pk, state=State.DRAFT, version=version)
    if not held.update(version=F("version") + 1, **fields):
        now = Bulletin.objects.get(pk=bulletin.pk)
        if now.state != State.DRAFT:
            raise Refused(f"通报现为「{now.get_state_display()}」，不能修改；需要修改的，请先退回起草")
        texts = {
            block.key: block.text
            for section in sections_from_json(now.content)
            for block in section.paragraphs
        }
        raise Conflict("他人刚修改了这份通报，您填写的内容还在页面上，请对照后再保存", texts)
    for name, value in fields.items():
        setattr(bulletin, name, value)
    bulletin.version = version + 1


def _require_office(actor: User | None) -> None:
    if actor is not None and not actor.has_role(*OFFICE_ROLES):
        raise Refused("通报由营商办起草，您没有此项权限")
