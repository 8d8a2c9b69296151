"""Which enterprise a browser has entered as: kept on the server, sealed, for half an hour.

Nothing of it stands in an address or a cookie, and a copy of the table of sessions
tells no enterprise.
"""

from __future__ import annotations

import json
import time
from typing import Final

from django.http import HttpRequest

from policies.services.enterprise_entry import Entered
from portal import crypto

KEY: Final = "mine"
SECONDS: Final = 30 * 60
_CONTEXT: Final = "policies.mine"


def keep(request: HttpRequest, entered: Entered, code: str) -> None:
    """Remember who has entered, under a new session key, so that one known before is worth nothing."""
    request.session.cycle_key()
    text = json.dumps({"page": entered.page, "epoch": entered.epoch, "code": code, "at": time.time()})
    request.session[KEY] = crypto.encrypt(text, _CONTEXT)


def read(request: HttpRequest) -> tuple[Entered | None, str]:
    """Return who has entered (None where nobody has, or longer ago than half an hour) and by which code."""
    sealed = request.session.get(KEY)
    if not sealed:
        return None, ""
    try:
        values = json.loads(crypto.decrypt(sealed, _CONTEXT))
    except crypto.CannotDecrypt:
        return None, ""
    if time.time() - values["at"] > SECONDS:
        return None, str(values["code"])
    return Entered(values["page"], values["epoch"]), str(values["code"])


def minutes_left(request: HttpRequest) -> int:
    """Return after how many minutes the page closes, the begun one counted in."""
    sealed = request.session.get(KEY)
    if not sealed:
        return 0
    began = float(json.loads(crypto.decrypt(sealed, _CONTEXT))["at"])
    return max(0, int((SECONDS - (time.time() - began)) // 60) + 1)


def forget(request: HttpRequest) -> None:
    """Forget who has entered."""
    request.session.pop(KEY, None)
