"""层差法: bands of values with fixed points."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Self

from indicators.scoring.methods import HUNDRED, LEAST_FULL, MOST_FULL, Method, Working, shown
from portal.params import ParamError, Params, to_plain

MOST_BANDS = 20
ENDS = {"lower": "含下限", "upper": "含上限"}


@dataclass(frozen=True)
class Band:
    """From `lower` to `upper`, open-ended where None; the interval says which end belongs to it."""

    lower: Decimal | None
    upper: Decimal | None
    points: Decimal


@dataclass(frozen=True)
class Interval(Method):
    """Bands that cover every number without gap or overlap, from the lowest to the highest.

    `includes` says which end belongs to a band: "lower" (80 is in 80-90) or "upper" (90 is).
    """

    kind = "interval"
    label = "层差法"
    bands: tuple[Band, ...]
    full: Decimal = HUNDRED
    includes: str = "lower"

    def __post_init__(self) -> None:
        if not self.bands or self.bands[0].lower is not None or self.bands[-1].upper is not None:
            raise ParamError("各档应覆盖所有数值：第一档不填下限，最后一档不填上限")
        for position, (below, above) in enumerate(pairwise(self.bands), start=1):
            if below.upper is None or below.upper != above.lower:
                raise ParamError(f"第{position + 1}档的下限应等于第{position}档的上限")
            if below.lower is not None and below.lower >= below.upper:
                raise ParamError(f"第{position}档的上限应大于下限")
        if any(not 0 <= band.points <= self.full for band in self.bands):
            raise ParamError(f"各档得分应在0与满分{self.full:f}之间")

    def _reaches(self, band: Band, value: Decimal) -> bool:
        if band.upper is None:
            return True
        return value <= band.upper if self.includes == "upper" else value < band.upper

    def work(self, value: Decimal) -> Working:
        band = next(band for band in self.bands if self._reaches(band, value))
        return Working(band.points, (f"{shown(value)}属于“{self.name(band)}”一档，得{{}}分",))

    def name(self, band: Band) -> str:
        """Write a band for people: 80（含）至90."""
        low_mark, high_mark = ("", "（含）") if self.includes == "upper" else ("（含）", "")
        lower = "" if band.lower is None else shown(band.lower) + low_mark
        upper = "" if band.upper is None else shown(band.upper) + high_mark
        if lower and upper:
            return f"{lower}至{upper}"
        if lower:
            return f"{lower}以上"
        return f"{upper}以下" if upper else "全部数值"

    @classmethod
    def from_params(cls, raw: object) -> Self:
        """Read `bands` [{from, to, points}], `includes` ("lower") and `full` (the most points of a band)."""
        params = Params.of(raw, "计分参数")
        params.refuse_others({"bands", "includes", "full"})
        bands = tuple(
            _read_band(band, position)
            for position, band in enumerate(params.items("bands", "分档", MOST_BANDS), start=1)
        )
        includes = params.choice("includes", "端点归属", ENDS) if "includes" in params.values else "lower"
        full = params.optional_decimal("full", "满分", LEAST_FULL, MOST_FULL)
        return cls(bands, max(band.points for band in bands) if full is None else full, includes)

    def to_params(self) -> dict[str, object]:
        bands = [
            {
                key: to_plain(number)
                for key, number in (("from", band.lower), ("to", band.upper), ("points", band.points))
                if number is not None
            }
            for band in self.bands
        ]
        return {"bands": bands, "includes": self.includes, "full": to_plain(self.full)}


def _read_band(raw: object, position: int) -> Band:
    params = Params.of(raw, f"第{position}档")
    params.refuse_others({"from", "to", "points"})
    return Band(
        params.optional_decimal("from", f"第{position}档的下限"),
        params.optional_decimal("to", f"第{position}档的上限"),
        params.decimal("points", f"第{position}档的得分", 0),
    )
