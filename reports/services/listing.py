"""Print units of the red and the black list in a bulletin's section 企业诉求办理情况, by a person's choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from complaints.models import ListedUnit
from complaints.selectors.red_black import published
from portal.errors import Refused
from portal.models import User
from portal.services import audit
from reports.models import Bulletin
from reports.services.drafting import require_office
from reports.services.papers import changed_texts, period_of, section_of, write_draft
from reports.texts.content import Paragraph, Run, Section, sections_from_json, sections_to_json
from reports.texts.editing import replace_paragraph

PART = "complaints"
# A paragraph for each unit: its key says which, so that what is printed can be held against the lists.
PREFIX = f"{PART}.listed."


@dataclass(frozen=True)
class Choice:
    """A published unit that the bulletin may print; `code` is side and unit."""

    code: str
    name: str
    side: str
    grounds: str
    chosen: bool


def choices(bulletin: Bulletin) -> list[Choice]:
    """Return the units published for exactly the bulletin's period, with which of them it prints; one query."""
    chosen = _printed(bulletin)
    return [
        Choice(code, row.organisation.short_name, row.get_side_display(), row.grounds, code in chosen)
        for code, row in _published(bulletin).items()
    ]


@transaction.atomic
def print_units(bulletin: Bulletin, codes: Collection[str], *, actor: User, version: int) -> Bulletin:
    """Print exactly the chosen units; nothing is written when that is what is printed already.

    Only what is published for the bulletin's period can be chosen. Raises Refused,
    and Conflict when somebody else has changed the bulletin since `version`.
    """
    require_office(actor)
    known = _published(bulletin)
    if unknown := set(codes) - set(known):
        raise Refused(f"有 {len(unknown)} 个单位未在本期红黑榜公布，请刷新页面后重新勾选")
    if set(codes) == _printed(bulletin):
        return bulletin
    sections = sections_from_json(bulletin.content)
    old = section_of(sections, PART)
    new = _without(old, _printed(bulletin) - set(codes))
    for code, row in known.items():
        if code in codes:
            new = replace_paragraph(new, f"{PREFIX}{code}", _paragraph(code, row))
    replaced = [new if section.key == PART else section for section in sections]
    write_draft(bulletin, version, content=sections_to_json(replaced))
    audit.record(bulletin, "bulletin.print_units", actor=actor, changes=changed_texts(old, new))
    return bulletin


def refuse_withdrawn(bulletin: Bulletin, action: str) -> None:
    """Refuse a bulletin that prints a unit which no list has any more. Raises Refused."""
    printed = _printed(bulletin)
    if printed and (gone := printed - set(_published(bulletin))):
        raise Refused(f"有 {len(gone)} 个单位已从红黑榜撤下，请在企业诉求办理情况部分取消勾选后再{action}")


def _paragraph(code: str, row: ListedUnit) -> Paragraph:
    # A person's choice: taking the figures anew leaves it as it is.
    text = f"{row.organisation.short_name}列入本期企业诉求办理{row.get_side_display()}：{row.grounds}。"
    return Paragraph(f"{PREFIX}{code}", (Run(text),), edited=True)


def _without(section: Section, codes: Iterable[str]) -> Section:
    for code in codes:
        section = replace_paragraph(section, f"{PREFIX}{code}", None)
    return section


def _printed(bulletin: Bulletin) -> set[str]:
    return {
        block.key.removeprefix(PREFIX)
        for section in sections_from_json(bulletin.content)
        for block in section.paragraphs
        if block.key.startswith(PREFIX)
    }


def _published(bulletin: Bulletin) -> dict[str, ListedUnit]:
    period = period_of(bulletin)
    return {f"{row.side}.{row.organisation.code}": row for row in published(period.first, period.end)}
