"""Criteria about recognitions 认定 and lists 名单."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from policies.criteria.base import Criterion, Finding, Profile, Verdict
from policies.criteria.vocabulary import ADVERSE_LABELS, LABELS, label_names
from policies.params import optional_day, required_day, several
from portal.params import ParamError, Params


@dataclass(frozen=True)
class LabelHeld(Criterion):
    """Holds at least one of `labels` on the day."""

    kind = "label"
    label = "具有资质认定"
    labels: tuple[str, ...]

    def judge(self, profile: Profile) -> Finding:
        held = [key for key in self.labels if key in profile.labels]
        if held:
            return Finding(Verdict.MET, f"已认定为{label_names(held)}")
        names = label_names(self.labels, "或")
        return Finding(Verdict.NOT_MET, f"未认定为{names}", gap=f"{names}认定")

    def describe(self) -> str:
        return f"认定为{label_names(self.labels, '或')}"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "labels": list(self.labels)}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(several(params, "labels", "资质", LABELS))


@dataclass(frozen=True)
class LabelGained(Criterion):
    """Holds one of `labels`, obtained from the day `since` to the day `until` (both included): 新增、首次认定."""

    kind = "label_gained"
    label = "在期间内新取得资质"
    labels: tuple[str, ...]
    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ParamError("认定期间的截止日期不能早于起始日期")

    def judge(self, profile: Profile) -> Finding:
        held = {key: profile.labels[key] for key in self.labels if key in profile.labels}
        inside = {key: day for key, day in held.items() if self.contains(day)}
        if inside:
            key, day = next(iter(inside.items()))
            return Finding(Verdict.MET, f"{day:%Y-%m-%d} 认定为{LABELS[key]}")
        if held:
            key, day = next(iter(held.items()))
            return Finding(Verdict.NOT_MET, f"{day:%Y-%m-%d} 认定为{LABELS[key]}，不在{self._period()}")
        names = label_names(self.labels, "或")
        return Finding(Verdict.NOT_MET, f"未认定为{names}", gap=f"{names}认定")

    def contains(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def _period(self) -> str:
        if self.until is None:
            return f"{self.since:%Y-%m-%d} 以后"
        return f"{self.since:%Y-%m-%d} 至 {self.until:%Y-%m-%d} 期间"

    def describe(self) -> str:
        return f"{self._period()}认定为{label_names(self.labels, '或')}"

    def to_json(self) -> dict[str, object]:
        written: dict[str, object] = {
            "kind": self.kind,
            "labels": list(self.labels),
            "since": self.since.isoformat(),
        }
        return written | ({"until": self.until.isoformat()} if self.until else {})

    @classmethod
    def read(cls, params: Params) -> Self:
        since = required_day(params, "since", "认定起始日期")
        labels = several(params, "labels", "资质", LABELS)
        return cls(labels, since, optional_day(params, "until", "认定截止日期"))


@dataclass(frozen=True)
class NotListed(Criterion):
    """On none of the adverse lists `labels` on the day: 未被列入失信被执行人等名单."""

    kind = "not_listed"
    label = "未列入失信等名单"
    labels: tuple[str, ...]

    def judge(self, profile: Profile) -> Finding:
        listed = [key for key in self.labels if key in profile.labels]
        if listed:
            return Finding(Verdict.NOT_MET, f"已列入{label_names(listed)}")
        return Finding(Verdict.MET, f"未列入{label_names(self.labels)}")

    def describe(self) -> str:
        return f"未列入{label_names(self.labels)}"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "labels": list(self.labels)}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(several(params, "labels", "名单", ADVERSE_LABELS))
