"""Ways to reach a person outside the portal. The inbox needs none of them."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from portal.models import Notification, User


class Channel(Protocol):
    """A way out: says whom it reaches, and sends one notice or raises OSError."""

    @property
    def name(self) -> str: ...

    def reaches(self, person: User) -> bool: ...

    def send(self, notice: Notification) -> None: ...


@dataclass(frozen=True)
class MailChannel:
    """E-mail through the configured SMTP server."""

    name: str = "mail"

    def reaches(self, person: User) -> bool:
        return bool(person.email)

    def send(self, notice: Notification) -> None:
        EmailMessage(
            # A line break in a subject would be a second header.
            subject=" ".join(notice.text.split())[:60],
            body=f"{notice.text}\n\n请登录{settings.SYSTEM_NAME}办理。",
            to=[notice.recipient.email],
            headers={"X-Notice": f"{notice.pk}"},
        ).send()


@dataclass(frozen=True)
class GatewayChannel:
    """An HTTP gateway (SMS or work chat). The notice's key lets the receiver drop repeats."""

    url: str
    token: str
    name: str = "gateway"

    def reaches(self, person: User) -> bool:
        return bool(person.phone)

    def send(self, notice: Notification) -> None:
        body = json.dumps(
            {"key": f"notice-{notice.pk}", "phone": notice.recipient.phone, "text": notice.text}
        )
        request = urllib.request.Request(
            self.url,
            data=body.encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            if answer.status >= 300:
                raise OSError(f"网关返回 {answer.status}")


def active_channels() -> list[Channel]:
    """Return the channels that this deployment has configured."""
    found: list[Channel] = []
    if settings.MAIL_CHANNEL:
        found.append(MailChannel())
    if settings.GATEWAY_URL.startswith(("http://", "https://")):
        found.append(GatewayChannel(settings.GATEWAY_URL, settings.GATEWAY_TOKEN))
    return found
