"""The ladder climbed by rule: reminders and chases go out, everything above is proposed to the office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from indicators.escalation import AUTOMATIC, Due, Rung, next_rung
from indicators.models import Letter, WorkItem
from indicators.selectors.letters import candidates, facts_of, issued_this_week, limits_on
from indicators.services.items.steps import people_of
from indicators.services.lamps import batches
from indicators.services.letters.wording import (
    compose,
    default_body,
    number_series,
    printed_number,
    stored_form,
)
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES, Role
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number

REASON_LENGTH = 300
NAMED = 3
Found = tuple[WorkItem, Due]


@dataclass(frozen=True)
class Escalation:
    """What one look over the ledgers did: letters sent, letters proposed, units over their weekly limit."""

    sent: int
    proposed: int
    held_back: int


def escalate(today: date) -> Escalation:
    """Send the reminders and chases that are due, one letter per unit and rung, and propose the others.

    Everything is keyed by unit, rung and day, and what was sent keeps its items
    back: a second call the same day, or another machine, does nothing more. A
    unit gets at most `letters.weekly_limit` automatic letters a week (from
    Monday), the chase before the reminder; what is held back is tried again.
    """
    wanted = _wanted(today)
    used = issued_this_week({unit.pk for unit, _ in wanted}, today)
    limit = number_setting("letters.weekly_limit", on=today)
    sent = proposed = held_back = 0
    for (unit, rung), found in sorted(wanted.items(), key=lambda pair: -pair[0][1].height):
        if rung not in AUTOMATIC:
            proposed += _propose(unit, rung, found, today)
        elif used.get(unit.pk, 0) >= limit:
            held_back += 1
        elif _send(unit, rung, found, today):
            used[unit.pk] = used.get(unit.pk, 0) + 1
            sent += 1
    return Escalation(sent, proposed, held_back)


def _wanted(today: date) -> dict[tuple[Organisation, Rung], list[Found]]:
    """Return the items for which a rung is due, by unit and rung."""
    limits = limits_on(today)
    wanted: dict[tuple[Organisation, Rung], list[Found]] = defaultdict(list)
    for batch in batches(candidates(today).select_related("organisation")):
        facts = facts_of(batch, today=today)
        for item in batch:
            due = next_rung(facts[item.pk], limits)
            if due is not None:
                wanted[item.organisation, due.rung].append((item, due))
    return wanted


def _occasion(unit: Organisation, rung: Rung, today: date) -> str:
    return f"{today:%Y%m%d}-{rung.value}-{unit.code}"


def _reason(found: Sequence[Found]) -> str:
    """Return why, for a letter about one item or several, within the column's length."""
    if len(found) == 1:
        return found[0][1].reason
    named = "；".join(f"{item.short_number}{due.reason}" for item, due in found[:NAMED])
    return f"{named}{'等' if len(found) > NAMED else ''}"[:REASON_LENGTH]


def _send(unit: Organisation, rung: Rung, found: Sequence[Found], today: date) -> bool:
    """Issue one letter; False when the day's letter to the unit was written already."""
    items = [item for item, _ in found]
    letter = Letter(
        rung=rung.value,
        state=Letter.State.ISSUED,
        organisation=unit,
        occasion=_occasion(unit, rung, today),
        reason=_reason(found),
        body=default_body(rung),
        proposed_at=timezone.now(),
        issued_on=today,
    )
    try:
        with transaction.atomic():
            n = take_number(number_series(rung), today.year)
            letter.number = printed_number(rung, today.year, n)
            letter.document = stored_form(compose(letter, items, on=today))
            letter.save(force_insert=True)
            letter.items.set(items)
            _tell(letter, items, today)
    except IntegrityError:
        return False
    return True


def _tell(letter: Letter, items: Sequence[WorkItem], today: date) -> None:
    roles = [Role.LIAISON] if letter.rung == Rung.REMIND else UNIT_ROLES
    text = f"{letter.number} {Rung(letter.rung).label}：{len(items)} 项，{letter.reason}"
    people = people_of([letter.organisation_id], roles, today)
    owe(letter, people, text)
    audit.record(
        letter,
        "letter.issue",
        actor=None,
        changes={"number": letter.number, "事项": [item.number for item in items]},
        note=letter.reason,
        organisation=letter.organisation,
    )
    if letter.rung == Rung.CHASE:
        write_on_items(letter, items, "item.chase", actor=None)


def owe(letter: Letter, people: Iterable[User], text: str, *, what: str = "issue") -> int:
    """Owe one notice about the letter to `people`, once for each thing that happens to it."""
    return notify(people, text, url=letter.get_absolute_url(), event_key=f"letter:{letter.occasion}:{what}")


def write_on_items(letter: Letter, items: Iterable[WorkItem], action: str, *, actor: User | None) -> None:
    """Put the letter into the history of every item it is about."""
    note = f"{letter.number} {letter.reason}".strip()
    audit.record_many(
        [
            audit.build_event(item, action, actor=actor, note=note, organisation=letter.organisation)
            for item in items
        ]
    )


def _propose(unit: Organisation, rung: Rung, found: Sequence[Found], today: date) -> bool:
    """Propose one letter to the office; False when it is there already."""
    letter = Letter(
        rung=rung.value,
        organisation=unit,
        occasion=_occasion(unit, rung, today),
        reason=_reason(found),
        body=default_body(rung),
        proposed_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:
        return False
    letter.items.set([item for item, _ in found])
    audit.record(letter, "letter.propose", actor=None, note=letter.reason, organisation=unit)
    text = f"建议向{unit}发{letter.get_rung_display()}：{letter.reason}"
    owe(letter, User.objects.holding(Role.OFFICE_HEAD, on=today), text, what="propose")
    return True
