"""What the browser of somebody without an account has begun: kept on the server, encrypted, for a short time.

Nothing of it stands in an address or a cookie. The session's row holds it sealed, so
that a copy of the table of sessions tells nobody's name.
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Any, Final

from django.http import HttpRequest

from complaints.services.public_files import HeldFile, let_go
from portal import crypto

DRAFT, RECEIPT, CASE = "report", "receipt", "case"
DRAFT_SECONDS: Final = 2 * 3600
RECEIPT_SECONDS: Final = 10 * 60
CASE_SECONDS: Final = 30 * 60
_CONTEXT: Final = "complaints.public."


def _read(request: HttpRequest, name: str, seconds: int) -> dict[str, Any] | None:
    sealed = request.session.get(name)
    if not sealed:
        return None
    try:
        values: dict[str, Any] = json.loads(crypto.decrypt(sealed, _CONTEXT + name))
    except crypto.CannotDecrypt:
        return None
    return values if time.time() - values["at"] <= seconds else None


def _write(request: HttpRequest, name: str, values: dict[str, Any]) -> None:
    text = json.dumps({**values, "at": time.time()}, ensure_ascii=False)
    request.session[name] = crypto.encrypt(text, _CONTEXT + name)


def begin_draft(request: HttpRequest, *, point: str = "") -> None:
    """Begin a complaint, forgetting one that was begun before; its key makes pressing twice send once."""
    end_draft(request)
    _write(request, DRAFT, {"key": secrets.token_urlsafe(16), "point": point, "photos": []})


def draft_of(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was written so far; None where nothing was begun, or so long ago that it is forgotten."""
    return _read(request, DRAFT, DRAFT_SECONDS)


def keep_draft(request: HttpRequest, draft: dict[str, Any]) -> None:
    """Keep what was written."""
    _write(request, DRAFT, draft)


def held_files(draft: dict[str, Any]) -> list[HeldFile]:
    """Return the photos of a draft."""
    return [HeldFile(**values) for values in draft["photos"]]


def end_draft(request: HttpRequest) -> None:
    """Forget the draft and its photos."""
    draft = draft_of(request)
    if draft is not None:
        let_go(held_files(draft))
    request.session.pop(DRAFT, None)


def keep_receipt(request: HttpRequest, *, number: str, code: str) -> None:
    """Keep the query code for the one page that shows it."""
    _write(request, RECEIPT, {"number": number, "code": code})


def receipt_of(request: HttpRequest) -> dict[str, Any] | None:
    """Return number and code of what was just sent, for ten minutes or until the page was left by its buttons."""
    return _read(request, RECEIPT, RECEIPT_SECONDS)


def keep_case(request: HttpRequest, number: str) -> None:
    """Remember which case this browser has proven the code of."""
    _write(request, CASE, {"number": number})


def case_number(request: HttpRequest) -> str:
    """Return the number of the case this browser may follow for half an hour; empty for none."""
    values = _read(request, CASE, CASE_SECONDS)
    return str(values["number"]) if values else ""


def forget(request: HttpRequest, *names: str) -> None:
    """Forget what was kept under `names`."""
    for name in names:
        request.session.pop(name, None)


def forget_all(request: HttpRequest) -> None:
    """Forget everything that the browser has begun."""
    end_draft(request)
    forget(request, RECEIPT, CASE)
