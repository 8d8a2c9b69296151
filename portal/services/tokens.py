"""Keys to the API: given to a person in a session with a second factor, for a limited time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from portal.errors import Refused
from portal.models import ApiToken, User
from portal.selectors.locks import account_lock
from portal.services import audit

TOKEN_DAYS: Final = (7, 30, 90)
MAX_TOKENS: Final = 5
PREFIX: Final = "ptk_"
HINT_LENGTH: Final = 8
USED_EVERY: Final = timedelta(minutes=1)


@transaction.atomic
def issue_token(
    user: User, *, name: str, days: int, second_factor_used: bool, now: datetime
) -> tuple[ApiToken, str]:
    """Give `user` a token for `days` days; return it with its text, which is shown once.

    Only its SHA-256 is stored: the text has 256 bits of chance, nothing is left
    to guess. Raises `Refused` without a second factor, at the sixth token and
    for a length that is not offered.
    """
    if not second_factor_used or user.totp_confirmed_at is None:
        raise Refused("接口令牌须在用动态口令登录后生成。请先启用动态口令，退出后重新登录。")
    if days not in TOKEN_DAYS or not name.strip():
        raise Refused("请写明用途，并从给出的有效期中选择。")
    # The person's row is held until commit, so that tokens asked for at once are counted.
    epoch = User.objects.select_for_update().get(pk=user.pk).session_epoch
    if user.api_tokens.usable(now).count() >= MAX_TOKENS:
        raise Refused(f"每人最多 {MAX_TOKENS} 个有效令牌，请先停用不再使用的。")
    text = f"{PREFIX}{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        hint=text[:HINT_LENGTH],
        digest=digest_of(text),
        session_epoch=epoch,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    changes = {"name": [None, token.name], "until": f"{token.expires_at:%Y-%m-%d}"}
    audit.record(user, "user.token", actor=user, changes=changes, organisation=user.organisation)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User, now: datetime) -> None:
    """End a token at once; the row stays. Raises `Refused` when it has ended before."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Refused(f"令牌「{token.name}」已经停用。")
    user = token.user
    changes = {"name": [token.name, None]}
    audit.record(user, "user.token_revoke", actor=actor, changes=changes, organisation=user.organisation)


def holder_of(text: str, *, address: str, now: datetime) -> User | None:
    """Return the person behind a token that works at `now`, or None.

    A token works only while its owner could log in: the account is active and
    not locked, has its second factor, and has not ended its sessions since.
    """
    token = (
        ApiToken.objects.usable(now)
        .filter(digest=digest_of(text))
        .select_related("user__organisation")
        .prefetch_related("user__grants")
        .first()
    )
    if token is None or account_lock(token.user.username.lower(), now) is not None:
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_address=address or None)
    return token.user


def digest_of(text: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(text.encode()).hexdigest()
