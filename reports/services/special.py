"""Draft a special bulletin 专项通报 on an occasion, from the figures of what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from indicators.months import first_of, last_day, shift
from portal.errors import Refused
from portal.models import User
from portal.services.numbers import take_number
from reports.figures import Period
from reports.models import Bulletin
from reports.sections import write_sections
from reports.sections.matter import MATTER
from reports.sections.subject import Subject
from reports.services.books import read_book
from reports.services.drafting import create, require_office
from reports.texts.content import Section
from reports.texts.editing import edit

NAMING = "problems"


@transaction.atomic
def draft_special(
    title: str,
    subject: Subject,
    *,
    month: date,
    text: str,
    actor: User,
    today: date,
    now: datetime | None = None,
) -> Bulletin:
    """Draft a special bulletin with the figures as of the end of `month`.

    `text` are the office's own words, a paragraph a line, kept when figures are taken
    anew. About a unit or the letters of a rung, the part in which units can be named
    is always there; a unit is named only once a person has ticked it. Raises Refused
    without an occasion, and before the month is over.
    """
    require_office(actor)
    if not subject.occasion.strip():
        raise Refused("请填写通报的事由")
    if last_day(month) >= today:
        month_before = shift(first_of(today), -1)
        raise Refused(f"专项通报的数据截至一个已经结束的月份，请选择{month_before.month}月或者更早的月份")
    if (subject.unit or subject.rung) and NAMING not in subject.sections:
        subject = replace(subject, sections=(*subject.sections, NAMING))
    book = read_book(Period(month), today=today, subject=subject)
    year = timezone.localdate(now or timezone.now()).year
    code = f"special-{year}-{take_number('bulletin.special.drafted', year):03d}"
    sections = [_worded(section, text) for section in write_sections(book)]
    return create(
        book,
        series=Bulletin.Series.SPECIAL,
        code=code,
        title=title,
        actor=actor,
        now=now,
        sections=sections,
    )


def _worded(section: Section, text: str) -> Section:
    return edit(section, {}, text) if section.key == MATTER else section
