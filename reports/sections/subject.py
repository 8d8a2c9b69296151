"""What a special bulletin 专项通报 is about, as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Subject:
    """The occasion in words; task forces, lists and a unit by their codes; the rung of the escalation ladder;
    the keys of the chosen sections. Nothing chosen: everything."""

    occasion: str = ""
    task_forces: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    unit: str = ""
    unit_name: str = ""
    rung: str = ""
    sections: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether tables show a part of the county only, so that its totals don't belong under them."""
        return bool(self.task_forces or self.lists)

    def about_force(self, code: str) -> bool:
        return not self.task_forces or code in self.task_forces

    def about_list(self, code: str) -> bool:
        return not self.lists or code in self.lists


NO_SUBJECT = Subject()


@dataclass(frozen=True)
class Told:
    """A letter of the escalation ladder that the bulletin reports on."""

    number: str
    label: str
    note: str


def subject_to_json(subject: Subject) -> dict[str, Any]:
    """Return the stored form; empty for a bulletin without a subject."""
    return {} if subject == NO_SUBJECT else asdict(subject)


def subject_from_json(stored: Mapping[str, Any]) -> Subject:
    return Subject(
        occasion=stored.get("occasion", ""),
        task_forces=tuple(stored.get("task_forces", ())),
        lists=tuple(stored.get("lists", ())),
        unit=stored.get("unit", ""),
        unit_name=stored.get("unit_name", ""),
        rung=stored.get("rung", ""),
        sections=tuple(stored.get("sections", ())),
    )
