"""Read the texts of the sample into frozen dataclasses. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class UnitText:
    code: str
    name: str
    short: str
    kind: str


@dataclass(frozen=True)
class PersonText:
    username: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    title: str
    phone: str
    demo: bool = False


@dataclass(frozen=True)
class TaskForceText:
    code: str
    name: str
    indicator: str
    chief: str
    deputies: tuple[str, ...]
    lead: str
    responsible: tuple[str, ...]
    rank: int | None
    previous_rank: int | None
    ranked: int


@dataclass(frozen=True)
class ListText:
    key: str
    prefix: str
    title: str
    label: str
    kind: str
    source: str
    document: str | None
    issued_on: date
    count: int
    items: str | None


@dataclass(frozen=True)
class ItemText:
    """A task or problem. `progress` is the lamp meant for the end of October, or `closed`."""

    number: str
    task_force: str
    title: str
    target: str
    quantity: Decimal | None
    unit: str
    measures: str
    organisation: str
    supporting: tuple[str, ...]
    start: date
    due: date | None
    weight: int
    is_important: bool
    progress: str
    closed_month: int | None
    notes: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        return self.closed_month is not None

    @property
    def months(self) -> range:
        """The months reported on: from that of the start to that of closing, or to the last one."""
        return range(self.start.month, (self.closed_month or 10) + 1)


@dataclass(frozen=True)
class LeafText:
    """A monitored item; `values` by month number, missing months left out."""

    task_force: str
    code: str
    name: str
    unit: str
    better: str
    benchmark: Decimal | None
    worst: Decimal | None
    method: str
    full: Decimal | None
    values: Mapping[int, Decimal]


@dataclass(frozen=True)
class InstructionText:
    title: str
    task_force: str
    organisation: str
    due: date
    requirement: str
    done_month: int | None
    reports: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class RoundText:
    form: str
    chief: str | None
    lead: str | None
    task_forces: tuple[str, ...]
    held_on: date
    time: str
    place: str
    chair: str
    present: tuple[str, ...]
    minutes: str
    month: int
    instructions: tuple[InstructionText, ...] = ()


@dataclass(frozen=True)
class LetterText:
    rung: str
    number: str
    issued_on: date
    organisation: str
    items: tuple[str, ...]
    reason: str
    body: str
    reply_by: date
    signed_by: str
    replied_on: date | None = None
    reply: str = ""


@dataclass(frozen=True)
class Patterns:
    """Sentence patterns for monthly reports, reviews and closing."""

    stages: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...]
    coordination: tuple[str, ...]
    next_steps: tuple[str, ...]
    return_reasons: tuple[str, ...]
    closing_results: tuple[str, ...]
    review_opinions: tuple[str, ...]


@dataclass(frozen=True)
class Situations:
    """What departs from an item's ordinary course, by short number; see `data/situations.yaml`."""

    months: Mapping[int, Mapping[str, int]]
    october: Mapping[str, tuple[str, ...]]
    keeps_pace: frozenset[str]
    percents: Mapping[str, Mapping[int, int]]
    quantities: Mapping[str, Mapping[int, float]]
    leads: Mapping[str, str]
    closed_on: Mapping[str, date]
    texts: Mapping[str, Mapping[int, Mapping[str, str]]]
    applications: Mapping[str, Mapping[str, Any]]
    rechecks: Mapping[str, Mapping[str, Any]]
    adjustments: tuple[Mapping[str, Any], ...]
    instructions_about: Mapping[str, str]
    missing: Mapping[int, tuple[str, ...]]
    submitted_measurements: tuple[str, ...]
    notices: Mapping[str, tuple[Mapping[str, Any], ...]]
    unlock: Mapping[str, Any]
    evidence: Mapping[str, tuple[str, ...]]
    planned_rounds: Mapping[str, Mapping[str, Any]]
    shared_word: str
    planned: frozenset[str]


def _read(name: str) -> Any:
    # The C loader reads the half megabyte in a tenth of the time.
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@cache
def units() -> tuple[UnitText, ...]:
    return tuple(
        UnitText(row["code"], row["name"], row["short"], row["kind"]) for row in _read("organisations.yaml")
    )


@cache
def people() -> tuple[PersonText, ...]:
    return tuple(
        PersonText(
            username=row["username"],
            name=row["name"],
            organisation=row["organisation"],
            roles=tuple(row["roles"]),
            title=row["title"],
            phone=row["phone"],
            demo=row.get("demo", False),
        )
        for row in _read("people.yaml")
    )


@cache
def task_forces() -> tuple[TaskForceText, ...]:
    return tuple(
        TaskForceText(
            code=row["code"],
            name=row["name"],
            indicator=row["indicator"],
            chief=row["chief"],
            deputies=tuple(row["deputies"]),
            lead=row["lead"],
            responsible=tuple(row["responsible"]),
            rank=row["rank"]["rank"],
            previous_rank=row["rank"]["previous"],
            ranked=row["rank"]["of"],
        )
        for row in _read("taskforces.yaml")
    )


@cache
def lists() -> tuple[ListText, ...]:
    wanted = ("key", "prefix", "title", "label", "kind", "source", "document", "issued_on", "count", "items")
    return tuple(ListText(**{name: row[name] for name in wanted}) for row in _read("worklists.yaml"))


@cache
def items(work_list: ListText) -> tuple[ItemText, ...]:
    """Return the items of a list; the position in the file gives the number."""
    if work_list.items is None:
        return ()
    names = {row.code: row.name for row in task_forces()}
    return tuple(
        _item(row, f"{work_list.prefix}-{position:03d}", names)
        for position, row in enumerate(_read(work_list.items), start=1)
    )


def _item(row: Mapping[str, Any], number: str, names: Mapping[str, str]) -> ItemText:
    return ItemText(
        number=number,
        task_force=names.get(row["taskforce"], row["taskforce"]),
        title=row["title"],
        target=row["target"],
        quantity=_number(row["quantity"]),
        unit=row["unit"] or "",
        measures=row["measures"],
        organisation=row["organisation"],
        supporting=tuple(row["supporting"]),
        start=row["start"],
        due=row["due"],
        weight=row["weight"],
        is_important=row["key"],
        progress=row["progress"],
        closed_month=row["closed_month"],
        notes=tuple(row["notes"]),
    )


@cache
def leaves() -> tuple[LeafText, ...]:
    return tuple(_leaf(row) for row in _read("monitored.yaml"))


def _leaf(row: Mapping[str, Any]) -> LeafText:
    values = {int(month[-2:]): value for month, value in row["values"].items()}
    return LeafText(
        task_force=row["taskforce"],
        code=row["code"],
        name=row["name"],
        unit=row["unit"],
        better=row["better"],
        benchmark=_number(row["benchmark"]),
        worst=_number(row["worst"]),
        method=row["method"],
        full=_number(row["full"]),
        values={month: Decimal(value) for month, value in values.items() if value is not None},
    )


@cache
def rounds() -> tuple[RoundText, ...]:
    """Return the dispatch rounds in the order in which they were held."""
    reports = _read("instruction_reports.yaml")
    found = [_round(row, reports) for row in _read("dispatch.yaml")["rounds"]]
    return tuple(sorted(found, key=lambda row: row.held_on))


def _round(row: Mapping[str, Any], reports: Mapping[str, Mapping[int, Any]]) -> RoundText:
    return RoundText(
        form=row["form"],
        chief=row.get("chief"),
        lead=row.get("lead"),
        task_forces=tuple(row["taskforces"]),
        held_on=row["held_on"],
        time=row["time"],
        place=row["place"],
        chair=row["chair"],
        present=tuple(row["present"]),
        minutes=row["minutes"],
        month=row["month"],
        instructions=tuple(
            InstructionText(
                title=told["title"],
                task_force=told["taskforce"],
                organisation=told["organisation"],
                due=told["due"],
                requirement=told["requirement"],
                done_month=told["done_month"],
                reports=reports[told["title"]],
            )
            for told in row["instructions"]
        ),
    )


@cache
def letters() -> tuple[LetterText, ...]:
    wanted = ("rung", "number", "issued_on", "organisation", "reason", "body", "reply_by", "signed_by")
    return tuple(
        LetterText(
            items=tuple(row["items"]),
            replied_on=row["replied_on"],
            reply=row.get("reply", ""),
            **{name: row[name] for name in wanted},
        )
        for row in _read("dispatch.yaml")["letters"]
    )


@cache
def patterns() -> Patterns:
    row = _read("progress_texts.yaml")
    named = ("problems", "coordination", "next_steps", "return_reasons", "closing_results", "review_opinions")
    return Patterns(
        stages={stage: tuple(found) for stage, found in row["stages"].items()},
        **{name: tuple(row[name]) for name in named},
    )


@cache
def situations() -> Situations:
    row = _read("situations.yaml")
    return Situations(
        months=row["months"],
        october={name: tuple(found) for name, found in row["october"].items()},
        keeps_pace=frozenset(row["keeps_pace"]),
        percents=row["percents"],
        quantities=row["quantities"],
        leads=row["leads"],
        closed_on=row["closed_on"],
        texts=row["texts"],
        applications=row["applications"],
        rechecks=row["rechecks"],
        adjustments=tuple(row["adjustments"]),
        instructions_about=row["instructions_about"],
        missing={month: tuple(found) for month, found in row["missing"].items()},
        submitted_measurements=tuple(row["submitted_measurements"]),
        notices={name: tuple(found) for name, found in row["notices"].items()},
        unlock=row["unlock"],
        planned_rounds=row["planned_rounds"],
        evidence={number: tuple(found) for number, found in row["evidence"].items()},
        shared_word=row["shared_word"],
        planned=frozenset(row["planned"]),
    )
