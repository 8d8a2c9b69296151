"""Seal and open the identity behind a case. Nothing here asks who may see it: see `services.identities`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from complaints.masking import Known
from complaints.models import Complaint, Identity, Submission
from portal import crypto

FIELDS = ("name", "phone", "company", "address")
PHONE_INDEX = "complaints.identity.phone"
QUERY_CODE = "complaints.query_code"
RECEIPT = "complaints.submission.receipt"


@dataclass(frozen=True)
class Person:
    """Who hands a case in, in plain words; all empty for somebody who doesn't say."""

    name: str = ""
    phone: str = ""
    company: str = ""
    address: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.name, self.phone, self.company, self.address))

    def __repr__(self) -> str:
        # An error page or a log line must not print the person.
        return "Person(…)"


UNKNOWN = Person()


def _context(field: str) -> str:
    return f"complaints.identity.{field}"


def plain_phone(phone: str) -> str:
    """Return a number as it is indexed: digits only, without the country's code."""
    digits = "".join(sign for sign in phone if sign.isdecimal())
    digits = "".join(str(int(sign)) for sign in digits)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            return digits[len(prefix) :]
    return digits


def phone_index(phone: str) -> str:
    """Return the digest under which the cases of one phone are found; empty for no phone."""
    digits = plain_phone(phone)
    return crypto.blind_index(digits, PHONE_INDEX) if digits else ""


def phone_indexes(phone: str) -> list[str]:
    """Return the digests under every key, to search with while keys are being rotated."""
    digits = plain_phone(phone)
    return crypto.blind_indexes(digits, PHONE_INDEX) if digits else []


def seal_person(case: Complaint, person: Person, *, consented_at: datetime | None) -> Identity | None:
    """Keep who handed `case` in; nothing is kept of somebody who says nothing."""
    if person.is_empty:
        return None
    identity = sealed(case, person, consented_at=consented_at)
    identity.save(force_insert=True)
    return identity


def sealed(case: Complaint, person: Person, *, consented_at: datetime | None) -> Identity:
    """Return the sealed record of a person without saving it, for cases that are written in bulk."""
    values = {
        field: crypto.encrypt(getattr(person, field), _context(field)) if getattr(person, field) else ""
        for field in FIELDS
    }
    return Identity(
        complaint=case, phone_index=phone_index(person.phone), consented_at=consented_at, **values
    )


def open_person(identity: Identity) -> Person:
    """Return the person in plain words; raises `portal.crypto.CannotDecrypt` rather than anything else."""
    return Person(
        **{
            field: crypto.decrypt(getattr(identity, field), _context(field))
            if getattr(identity, field)
            else ""
            for field in FIELDS
        }
    )


def known_of(case: Complaint) -> Known:
    """Return what a text of this case must not say; one query, none when `identity` was read with the case."""
    try:
        identity = case.identity
    except Identity.DoesNotExist:
        return Known()
    return known_from(open_person(identity))


def known_from(person: Person, *, enterprise: str = "") -> Known:
    """Return what masking looks for."""
    return Known(
        names=tuple(filter(None, [person.name])),
        phones=tuple(filter(None, [person.phone])),
        companies=tuple(filter(None, {person.company, enterprise})),
        others=tuple(filter(None, [person.address])),
    )


def code_digest(code: str) -> str:
    """Return what is kept of a query code.

    A code has 84 random bits, so that a plain digest tells nothing; it is not keyed, so that
    codes go on working when the keys are rotated.
    """
    return sha256(f"{QUERY_CODE}\0{code}".encode()).hexdigest()


def code_digests(code: str) -> list[str]:
    """Return what a code may be kept as."""
    return [code_digest(code)]


def rewrap_identities(limit: int = 1000) -> int:
    """Encrypt up to `limit` identities and receipts anew with the present key; return how many, 0 when none is left.

    Phone indexes follow. What is changed meanwhile stays as it is: its old value is part of the UPDATE.
    """
    prefix = crypto.current_prefix()
    stale = Q()
    for field in FIELDS:
        stale |= ~Q(**{field: ""}) & ~Q(**{f"{field}__startswith": prefix})
    found = list(Identity.objects.filter(stale, erased_at=None).order_by("pk")[:limit])
    done = sum(_rewrap(identity) for identity in found)
    receipts = Submission.objects.exclude(receipt="").exclude(receipt__startswith=prefix)
    for pk, value in receipts.order_by("pk").values_list("pk", "receipt")[: limit - done]:
        fresh = crypto.rewrap(value, RECEIPT)
        done += Submission.objects.filter(pk=pk, receipt=value).update(receipt=fresh)
    return done


def _rewrap(identity: Identity) -> int:
    before = {field: getattr(identity, field) for field in FIELDS}
    fresh = {field: crypto.rewrap(value, _context(field)) if value else "" for field, value in before.items()}
    index = phone_index(open_person(identity).phone)
    return Identity.objects.filter(pk=identity.pk, **before).update(phone_index=index, **fresh)
