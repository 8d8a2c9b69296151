"""What people without an account do: look an enterprise up, open a link, answer by it. Throttled by address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from policies.models import ApplicationMaterial, Proposal
from policies.services.proposals import Answer, answer_by_link, decline_by_link, open_link
from portal.errors import Refused
from portal.models import Enterprise
from portal.services.files import store_upload
from portal.services.throttles import Budget, claim, give_back, network_of

HOUR: Final = timedelta(hours=1)
QUARTER: Final = timedelta(minutes=15)
CHECKS: Final = 60
LOOK_UPS: Final = 20
WRONG_LINKS: Final = 10
ANSWERS: Final = 30

BUSY = "当前查询过于频繁，请稍后再试；也可以拨打事项页面上的咨询电话。"
UNKNOWN_CODE = (
    "没有查到该市场主体。请核对营业执照上的 18 位代码；新登记的企业次日可查，也可以回答 8 个问题自测。"
)


def claim_check(address: str, *, now: datetime) -> None:
    """Take one self-check by questions from what an address may do in an hour."""
    claim([Budget("benefit-check", network_of(address), CHECKS, HOUR)], now=now, message=BUSY)


def find_enterprise(code: str, *, address: str, now: datetime) -> Enterprise:
    """Return the entity in business with a credit code; twenty in an hour from one address.

    Raises `Throttled`, or `Refused` in the same words for every code that leads nowhere.
    """
    claim([Budget("benefit-code", network_of(address), LOOK_UPS, HOUR)], now=now, message=BUSY)
    row = Enterprise.objects.in_business().filter(credit_code=code).select_related("town").first()
    if row is None:
        raise Refused(UNKNOWN_CODE)
    return row


def proposal_by_link(token: str, *, address: str, now: datetime) -> Proposal:
    """Return the proposal behind a link; wrong ones are counted by address, ten within 15 minutes."""
    budget = Budget("benefit-link", network_of(address), WRONG_LINKS, QUARTER)
    claimed = claim([budget], now=now, message="失效的链接打开次数过多，请 15 分钟后再试。")
    found = open_link(token, today=timezone.localdate(now))
    give_back(claimed)
    return found


def hand_in_by_link(
    token: str, answer: Answer, uploads: Mapping[str, UploadedFile], *, address: str, now: datetime
) -> Proposal:
    """Take the enterprise's answer with its files, all or nothing; the link ends with it.

    `uploads` are by the name of their material. Raises `Refused` for a link that
    has ended, a material that is lacking, and a file that can't be taken.
    """
    today = timezone.localdate(now)
    claim([Budget("benefit-answer", network_of(address), ANSWERS, HOUR)], now=now, message=BUSY)
    with transaction.atomic():
        proposal = answer_by_link(token, answer, today=today)
        materials = ApplicationMaterial.objects.filter(application__proposal=proposal, name__in=uploads)
        for material in materials.order_by("pk"):
            store_upload(material, uploads[material.name], actor=None)
    return proposal


def turn_down_by_link(token: str, *, address: str, now: datetime) -> Proposal:
    """Note that the enterprise does not want the benefit; the link ends with it."""
    proposal_by_link(token, address=address, now=now)
    return decline_by_link(token, today=timezone.localdate(now))
