"""Seal an approved batch: a digest per payment, one over all, signed with the key for payouts.

The key is `PAYOUT_KEY`, which signs nothing else. Ed25519, so that who checks a
signature need not be able to make one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from policies.models import Payout, PayoutBatch
from portal.errors import Refused

KEY_ID_LENGTH = 16


@dataclass(frozen=True)
class Seal:
    """What freezes a batch."""

    digest: str
    signature: str
    key_id: str


def digest_of(payout: Payout) -> str:
    """Return SHA-256 over what is paid to whom for what; dates and vouchers come later and are not in it."""
    parts = {
        "batch": payout.batch.number,
        "item": payout.item.number,
        "version": payout.version.number,
        "enterprise": payout.enterprise.credit_code,
        "period": payout.period,
        "amount": f"{payout.amount:.2f}",
        "shares": payout.shares,
    }
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def seal(batch: PayoutBatch, digests: Iterable[str]) -> Seal:
    """Sign the digests of a batch's payments."""
    key, digest = _key(), _joined(batch, digests)
    return Seal(digest, key.sign(digest.encode()).hex(), _key_id(key))


def _joined(batch: PayoutBatch, digests: Iterable[str]) -> str:
    return sha256("\n".join([batch.number, *sorted(digests)]).encode()).hexdigest()


def _key() -> Ed25519PrivateKey:
    if not settings.PAYOUT_KEY:
        raise Refused("系统没有配置兑现签名密钥（PAYOUT_KEY），请系统管理员配置后再批准。")
    return Ed25519PrivateKey.from_private_bytes(sha256(settings.PAYOUT_KEY.encode()).digest())


def _key_id(key: Ed25519PrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return sha256(public).hexdigest()[:KEY_ID_LENGTH]


def verify_batch(batch: PayoutBatch) -> list[str]:
    """Return what is wrong with a sealed batch, as sentences; nothing where every payment is as approved."""
    rows: Sequence[Payout] = list(
        batch.payouts.filter(voided_at=None, reversal_of=None).select_related(
            "batch", "item", "version", "enterprise"
        )
    )
    found = [f"{row.enterprise}的兑现与批准时不一致" for row in rows if row.digest != digest_of(row)]
    if batch.digest != _joined(batch, [row.digest or "" for row in rows]):
        found.append(f"{batch.number}的兑现笔数或内容与批准时不一致")
    key = _key()
    if batch.key_id != _key_id(key):
        return [*found, f"{batch.number}用另一把密钥签名，无法核验"]
    try:
        key.public_key().verify(bytes.fromhex(batch.signature), batch.digest.encode())
    except (InvalidSignature, ValueError):
        found.append(f"{batch.number}的签名不对")
    return found
