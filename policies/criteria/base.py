"""Verdicts, what is known of an enterprise on a day, and the criterion's interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.db.models import TextChoices

from portal.params import Params


class Verdict(TextChoices):
    """The three answers of a match. An unknown value never qualifies."""

    MET = "met", "符合"
    NOT_MET = "not_met", "不符合"
    UNKNOWN = "unknown", "信息不足"


@dataclass(frozen=True)
class Finding:
    """A verdict with its reason; `missing` names the field nobody filled, `gap` what is still lacking (还差)."""

    verdict: Verdict
    reason: str
    missing: str = ""
    gap: str = ""


@dataclass(frozen=True)
class Profile:
    """What is known of one enterprise on the day `on`.

    An empty text or None means unknown. `facts` are in each fact's base unit
    (money in yuan). `labels` gives, for every label held on that day, the day
    it was obtained. A label that is not there is not held: the lists of
    recognised enterprises are complete.
    """

    on: date
    kind: str = ""
    state: str = ""
    industry: str = ""
    size: str = ""
    town: str = ""
    founded_on: date | None = None
    facts: Mapping[str, Decimal] = field(default_factory=dict)
    labels: Mapping[str, date] = field(default_factory=dict)


class Criterion(ABC):
    """One kind of condition. Subclasses are frozen dataclasses."""

    kind: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def judge(self, profile: Profile) -> Finding:
        """Return the verdict on one enterprise, with its reason."""

    @abstractmethod
    def describe(self) -> str:
        """Return in Chinese what is asked for."""

    @abstractmethod
    def to_json(self) -> dict[str, object]: ...

    @classmethod
    @abstractmethod
    def read(cls, params: Params) -> Self:
        """Build the criterion from typed-in parameters; raises ParamError."""

    def warnings(self) -> list[str]:
        """Return sentences about parameters that are allowed but look like a slip."""
        return []
