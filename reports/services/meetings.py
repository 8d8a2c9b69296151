"""Record a dispatch meeting: freeze its sheet and give its instructions in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from indicators.models import DispatchRound
from indicators.services.dispatch import Meeting, hold_round
from portal.models import User
from reports.sheets import live_sheet, to_stored


@transaction.atomic
def record_meeting(
    row: DispatchRound, meeting: Meeting, *, version: int, actor: User, now: datetime
) -> DispatchRound:
    """Record that a round was held, with the sheet as it stands before the new instructions.

    Of two people who record at once exactly one succeeds. Raises what `hold_round` raises.
    """
    sheet = to_stored(live_sheet(row, maker=actor, now=now))
    today = timezone.localtime(now).date()
    return hold_round(row, meeting, version=version, sheet=sheet, actor=actor, today=today)
