"""What a report must satisfy; the same for the screen, the workbook and the API. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.errors import Refused

TEXT_LENGTH = 300
TEXTS = {"done": "本月进展", "problems": "存在问题", "coordination": "提请协调", "next_step": "下步打算"}
LABELS = {"percent": "累计进度", "quantity_done": "累计完成", **TEXTS}
QUANTITY_LIMIT = Decimal(10) ** 12


@dataclass(frozen=True)
class Problem:
    """A field that is not right, and the sentence that says what to do."""

    field: str
    sentence: str


class Unfit(Refused):
    """Values that can't be kept; `problems` name the fields."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(problem.sentence for problem in problems))
        self.problems = problems


def draft_problems(values: Mapping[str, object]) -> list[Problem]:
    """Return what keeps `values` from being kept even as a draft: what the columns can't hold."""
    found = [
        Problem(name, f"“{label}”不超过 {TEXT_LENGTH} 字，现有 {len(text)} 字，请压缩")
        for name, label in TEXTS.items()
        if isinstance(text := values.get(name), str) and len(text) > TEXT_LENGTH
    ]
    percent = values.get("percent")
    if isinstance(percent, Decimal) and not 0 <= percent <= 100:
        found.append(Problem("percent", "累计进度应在 0 到 100 之间"))
    quantity = values.get("quantity_done")
    if isinstance(quantity, Decimal) and quantity < 0:
        found.append(Problem("quantity_done", "累计完成不能为负数"))
    if isinstance(quantity, Decimal) and quantity >= QUANTITY_LIMIT:
        found.append(Problem("quantity_done", "累计完成的数字过大，请核对计量单位"))
    return found


def problems_with(values: Mapping[str, object], *, previous_percent: Decimal) -> list[Problem]:
    """Return what keeps a report from being submitted; an empty list when nothing does.

    A percent below last month's is accepted when 存在问题 says why.
    """
    found = draft_problems(values)
    if not str(values.get("done") or "").strip():
        found.append(Problem("done", "请写明本月做了什么、做到什么程度"))
    percent = values.get("percent")
    if percent is None:
        found.append(Problem("percent", "请填写累计进度"))
    elif (
        isinstance(percent, Decimal)
        and percent < previous_percent
        and not str(values.get("problems") or "").strip()
    ):
        before = format(previous_percent.normalize() + 0, "f")
        found.append(Problem("problems", f"累计进度低于上月的 {before}%，请在“存在问题”中说明原因"))
    return found
