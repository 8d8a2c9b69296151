"""Rows of the base application that need a service to be made."""

from datetime import timedelta

from django.utils import timezone

from portal.models import User
from portal.services import tokens


def api_token(person, *, days=90, name="政务数据平台取数"):
    """Return the text of a working token of `person`, who is given a second factor for it."""
    now = timezone.now()
    User.objects.filter(pk=person.pk, totp_confirmed_at=None).update(
        totp_confirmed_at=now - timedelta(days=1)
    )
    person.refresh_from_db()
    _token, text = tokens.issue_token(person, name=name, days=days, second_factor_used=True, now=now)
    return text
