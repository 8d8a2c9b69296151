"""The dispatch sheet as one frozen value, and the form in which it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from indicators.lamps import Colour
from reports.sheets.blocks import SheetBlock, stored_block

FORMAT = 1


@dataclass(frozen=True)
class SheetItem:
    """An item in red or yellow: its lamp with the reason, last month's percent and this month's."""

    number: str
    slug: str
    title: str
    organisation: str
    colour: str
    reason: str
    before: str
    after: str
    problems: str
    coordination: str


@dataclass(frozen=True)
class SheetForce:
    """A task force. `counts` are (colour, number) of all its items, without the zeros; `owed` names the
    unreported items that are not among `items`."""

    name: str
    lead: str
    total: int
    counts: tuple[tuple[str, int], ...]
    unreported: int
    rank: str
    items: tuple[SheetItem, ...]
    owed: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The line beside the name: lead, items by lamp, unreported ones, the province's rank."""
        lamps = "　".join(f"{Colour(colour).label} {count}" for colour, count in self.counts)
        parts = [f"牵头 {self.lead}　{self.total} 项：{lamps}" if self.total else f"牵头 {self.lead}　无事项"]
        parts.append(f"未报 {self.unreported} 项")
        if self.rank:
            parts.append(self.rank)
        return "　｜　".join(parts)


@dataclass(frozen=True)
class WeakValue:
    """A measurement short of its benchmark."""

    name: str
    value: str
    benchmark: str
    gap: str


@dataclass(frozen=True)
class PastInstruction:
    """An earlier instruction and how it stands."""

    number: str
    slug: str
    title: str
    organisation: str
    due: str
    colour: str
    reason: str


@dataclass(frozen=True)
class SheetPick:
    """An item that the office put on the sheet: its lamp, why it is here, and who put it here when."""

    number: str
    slug: str
    title: str
    organisation: str
    colour: str
    reason: str
    why: str
    by: str


@dataclass(frozen=True)
class DispatchSheet:
    """The whole sheet as printed. `heads` and `feet` are the lines' left, middle and right, `blocks` what
    the other domains say of the units of its task forces."""

    title: str
    heads: tuple[str, str, str]
    forces: tuple[SheetForce, ...]
    weak: tuple[WeakValue, ...]
    instructions: tuple[PastInstruction, ...]
    feet: tuple[str, str, str]
    month: str
    picks: tuple[SheetPick, ...] = ()
    blocks: tuple[SheetBlock, ...] = ()

    @property
    def listed(self) -> int:
        """How many items in red or yellow the sheet lists."""
        return sum(len(force.items) for force in self.forces)


def to_stored(sheet: DispatchSheet) -> dict[str, Any]:
    """Return the form that is kept: plain JSON that reads back as an equal value."""
    return {"format": FORMAT, **asdict(sheet)}


def from_stored(stored: Mapping[str, Any]) -> DispatchSheet:
    """Return the sheet that `to_stored` wrote, also after a way through JSON."""
    data = {key: value for key, value in stored.items() if key != "format"}
    for name in ("heads", "feet"):
        left, middle, right = data[name]
        data[name] = (left, middle, right)
    data["forces"] = tuple(_stored_force(one) for one in data["forces"])
    data["weak"] = tuple(WeakValue(**one) for one in data["weak"])
    data["instructions"] = tuple(PastInstruction(**one) for one in data["instructions"])
    # Sheets that were frozen before items could be picked, or before the domains had blocks, have none.
    data["picks"] = tuple(SheetPick(**one) for one in data.get("picks", ()))
    data["blocks"] = tuple(stored_block(one) for one in data.get("blocks", ()))
    return DispatchSheet(**data)


def _stored_force(data: Mapping[str, Any]) -> SheetForce:
    return SheetForce(
        **{
            **data,
            "counts": tuple((colour, count) for colour, count in data["counts"]),
            "items": tuple(SheetItem(**one) for one in data["items"]),
            "owed": tuple(data["owed"]),
        }
    )
