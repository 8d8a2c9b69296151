"""The letters of the escalation ladder, issued and frozen as they were then, and the units' answers."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import date, time
from decimal import Decimal

from indicators.models import Letter, ProgressReport, WorkItem
from indicators.services.letters import compose, number_series, printed_number
from indicators.services.letters.wording import stored_form
from portal.models import NumberSeries
from reports.sample import texts
from reports.sample.county import County
from reports.sample.texts import LetterText
from reports.sample.wording import BEHIND

PROPOSED_AT = time(9, 10)
ISSUED_AT = time(11, 0)
ANSWERED_AT = time(16, 20)


def load(county: County) -> None:
    """Write the letters in the order of their issue, numbered by rung and year."""
    by_title = {item.title: item for item in county.items.values()}
    counts: Counter[tuple[str, int]] = Counter()
    for text in sorted(texts.letters(), key=lambda row: row.issued_on):
        key = (text.rung, county.workday(text.issued_on).year)
        counts[key] += 1
        letter = _letter(county, text, counts[key], [by_title[title] for title in text.items])
        _tell(county, letter, text, [by_title[title] for title in text.items])
    NumberSeries.objects.bulk_create(
        NumberSeries(series=number_series(rung), year=year, value=value)
        for (rung, year), value in counts.items()
    )


def _letter(county: County, text: LetterText, n: int, items: list[WorkItem]) -> Letter:
    issued_on, unit = county.workday(text.issued_on), county.units[text.organisation]
    letter = Letter(
        rung=text.rung,
        state=Letter.State.ISSUED,
        number=printed_number(text.rung, issued_on.year, n),
        organisation=unit,
        occasion=f"{issued_on:%Y%m%d}-{text.rung}-{unit.code}",
        reason=county.shift.text(text.reason),
        body=county.shift.text(text.body),
        reply_by=county.shift.day(text.reply_by),
        proposed_at=county.at(issued_on, clock=PROPOSED_AT),
        proposed_by=county.people["马雨辰"],
        signed_by=county.people[text.signed_by],
        issued_on=issued_on,
    )
    then = [_as_then(county, item, issued_on) for item in items]
    letter.document = stored_form(compose(letter, then, on=issued_on))
    if text.reply:
        letter.reply = county.shift.text(text.reply)
        letter.replied_on = county.workday(text.replied_on) if text.replied_on else None
        letter.replied_by = county.liaison(unit)
    letter.save()
    letter.items.set(items)
    return letter


def _as_then(county: County, item: WorkItem, on: date) -> WorkItem:
    """Return the item with the percent verified by a day, and how it stood then."""
    row, until = copy.copy(item), county.at(on, clock=ISSUED_AT)
    verified = ProgressReport.objects.filter(item=item, verified_at__lt=until).order_by("month")
    row.percent = verified.values_list("percent", flat=True).last() or Decimal(0)
    behind = county.elapsed(item, on) - float(row.percent)
    row.lamp_reason = f"落后序时{behind:.1f}点" if behind >= BEHIND else "推进中"
    return row


def _tell(county: County, letter: Letter, text: LetterText, items: list[WorkItem]) -> None:
    issued_at, unit = county.at(county.workday(text.issued_on), clock=ISSUED_AT), letter.organisation
    numbered: dict[str, object] = {
        "state": [Letter.State.PROPOSED, letter.state],
        "number": ["", letter.number],
    }
    county.tell(
        letter.proposed_at,
        letter,
        "letter.propose",
        letter.proposed_by,
        note=letter.reason,
        organisation=unit,
    )
    county.tell(issued_at, letter, "letter.issue", letter.signed_by, changes=numbered, organisation=unit)
    for item in items:
        note = f"{letter.number} {letter.reason}"
        county.tell(issued_at, item, "item.letter", letter.signed_by, note=note, organisation=unit)
    if letter.replied_on:
        answered: dict[str, object] = {"reply": ["", letter.reply]}
        at = county.at(letter.replied_on, clock=ANSWERED_AT)
        county.tell(at, letter, "letter.answer", letter.replied_by, changes=answered, organisation=unit)
