"""Criteria that ask whether a column of the register is one of several values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

from policies.criteria.base import Criterion, Finding, Profile, Verdict
from policies.criteria.vocabulary import joined
from policies.params import several
from portal.enterprise_terms import EntityKind, EntityState, SizeClass
from portal.industries import DIVISIONS, Section
from portal.params import ParamError, Params


@dataclass(frozen=True)
class OneOf(Criterion):
    """The column `column` is one of `values`; an empty column is unknown."""

    column: ClassVar[str]
    noun: ClassVar[str]
    options: ClassVar[dict[str, str]]
    values: tuple[str, ...]

    def verdict_on(self, value: str) -> Verdict:
        """Return the verdict on one value of the column; what a match over all enterprises asks."""
        if not value:
            return Verdict.UNKNOWN
        return Verdict.MET if value in self.values else Verdict.NOT_MET

    def judge(self, profile: Profile) -> Finding:
        value: str = getattr(profile, self.column)
        verdict = self.verdict_on(value)
        if verdict == Verdict.UNKNOWN:
            return Finding(verdict, self._unknown(value), missing=self.noun)
        shown = self.name_of(value)
        if verdict == Verdict.MET:
            return Finding(verdict, f"{self.noun}为{shown}")
        return Finding(verdict, f"{self.noun}为{shown}，要求为{self._asked()}")

    def _unknown(self, value: str) -> str:
        del value
        return f"缺少{self.noun}"

    def name_of(self, value: str) -> str:
        return self.options.get(value, value)

    def _asked(self) -> str:
        return joined([self.name_of(value) for value in self.values], "或")

    def describe(self) -> str:
        return f"{self.noun}为{self._asked()}"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "values": list(self.values)}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(several(params, "values", cls.noun, cls.options))


@dataclass(frozen=True)
class SizeIn(OneOf):
    kind = "size"
    label = "企业规模"
    column = "size"
    noun = "企业规模"
    options = dict(SizeClass.choices)


@dataclass(frozen=True)
class KindIn(OneOf):
    kind = "entity_kind"
    label = "市场主体类型"
    column = "kind"
    noun = "市场主体类型"
    options = dict(EntityKind.choices)


@dataclass(frozen=True)
class StateIn(OneOf):
    kind = "state"
    label = "登记状态"
    column = "state"
    noun = "登记状态"
    options = dict(EntityState.choices)


@dataclass(frozen=True)
class TownIn(OneOf):
    """`values` are codes of towns and parks; `names` what they were called when the condition was written."""

    kind = "town"
    label = "所属镇街园区"
    column = "town"
    noun = "所属镇街园区"
    options = {}
    names: tuple[str, ...] = ()

    def name_of(self, value: str) -> str:
        return dict(zip(self.values, self.names, strict=False)).get(value, value)

    def judge(self, profile: Profile) -> Finding:
        finding = super().judge(profile)
        if finding.verdict != Verdict.NOT_MET:
            return finding
        # Another town's name is not known here, only its code.
        return Finding(finding.verdict, f"{self.noun}不是{self._asked()}")

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"names": list(self.names)}

    @classmethod
    def read(cls, params: Params) -> Self:
        values = several(params, "values", cls.noun)
        names = several(params, "names", f"{cls.noun}名称") if params.values.get("names") else values
        if len(names) != len(values):
            raise ParamError(f"{cls.noun}的名称与代码数量不一致")
        return cls(values, names)


SHORTEST_CLASS, LONGEST_CLASS = 2, 4
SECTIONS = frozenset(Section.values)


@dataclass(frozen=True)
class IndustryIn(OneOf):
    """`values` are section letters or codes of two to four digits of GB/T 4754-2017; a code includes its classes."""

    kind = "industry"
    label = "所属行业"
    column = "industry"
    noun = "所属行业"
    options = {}

    def verdict_on(self, value: str) -> Verdict:
        """Return the verdict on an industry written as section letter and code, such as `C39`.

        A code that is coarser than what is asked for leaves it open.
        """
        if not value:
            return Verdict.UNKNOWN
        section, code = value[0], value[1:]
        if section in self.sections or any(code.startswith(asked) for asked in self.classes):
            return Verdict.MET
        if any(asked.startswith(code) for asked in self.classes):
            return Verdict.UNKNOWN
        return Verdict.NOT_MET

    @cached_property
    def sections(self) -> tuple[str, ...]:
        return tuple(value for value in self.values if value in SECTIONS)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        return tuple(value for value in self.values if value not in SECTIONS)

    def _unknown(self, value: str) -> str:
        return f"行业代码只到{value[1:]}，不够细" if value else "缺少所属行业"

    def name_of(self, value: str) -> str:
        if value[:1] in SECTIONS:
            value = value[1:] or value
        if value in SECTIONS:
            return str(Section(value).label)
        name = DIVISIONS.get(value[:SHORTEST_CLASS], "")
        return f"{name}（{value}）" if name else value

    @classmethod
    def read(cls, params: Params) -> Self:
        values = several(params, "values", cls.noun)
        for value in values:
            known = value in SECTIONS or (
                SHORTEST_CLASS <= len(value) <= LONGEST_CLASS
                and value.isdecimal()
                and value[:SHORTEST_CLASS] in DIVISIONS
            )
            if not known:
                raise ParamError(f"行业“{value[:20]}”不在国民经济行业分类中，请填门类字母或 2 至 4 位代码")
        return cls(values)
