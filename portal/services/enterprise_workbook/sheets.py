"""The register as a sheet: its columns, its rows, and the workbook that goes out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from portal.enterprise_label_texts import LabelKey, labels_text
from portal.enterprise_terms import FACTS, EntityKind, EntityState, FactKind, SizeClass
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation, User
from portal.models.organisations import LOCAL_KINDS
from portal.services import audit
from portal.workbooks.columns import Column, Kind, Sheet
from portal.workbooks.writer import Part, subtitle_line, write_sheets

TITLE = "市场主体"
CHUNK = 2000
FIRST_YEAR, LAST_YEAR = 2000, 2100
NOTES = (
    "以统一社会信用代码识别市场主体：已登记的更新，未登记的新增。该列须设为文本。",
    "营业收入等数据填某一年度的数，年度写在「数据年度」；数据单元格留空表示不更新，不会清除已有数据。",
    "年度数据自次年1月1日起用，直到有更新的数据。金额以万元计。",
    "标签写明起止日期，多个用顿号隔开，如：规上工业（2020-01-01起）、国家高新技术企业（2021-12-01至2024-11-30）。",
    "未写的标签不会被取消；标签到期或被取消的，写上截止日期。",
    "规模由系统按划型标准计算，改动不会导入。",
)


@dataclass(frozen=True)
class Towns:
    """Towns and parks by short name and by key, read once for all rows."""

    by_name: Mapping[str, Organisation]
    names: Mapping[int, str]

    @classmethod
    def load(cls) -> Towns:
        rows = list(Organisation.objects.filter(kind__in=LOCAL_KINDS))
        return cls({row.short_name: row for row in rows}, {row.pk: row.short_name for row in rows})


def fact_label(kind: FactKind) -> str:
    """Return a fact as a column is headed: `营业收入（万元）`."""
    return f"{kind.label}（{FACTS[kind].unit}）"


def register_sheet(towns: Towns) -> Sheet:
    """Describe the sheet of the register; the same for the workbook that goes out and the one that comes back."""
    facts = (
        Column(
            kind.value,
            fact_label(kind),
            Kind.DECIMAL,
            places=0 if term.whole else 4,
            minimum=None if kind == FactKind.TAX else Decimal(0),
            aliases=(kind.label,),
            width=14,
        )
        for kind, term in FACTS.items()
    )
    return Sheet(
        TITLE,
        (
            Column(
                "credit_code", "统一社会信用代码", Kind.CODE, required=True, width=22, aliases=("信用代码",)
            ),
            Column(
                "name", "名称", required=True, max_length=120, width=32, aliases=("企业名称", "市场主体名称")
            ),
            Column("kind", "类型", Kind.CHOICE, choices=tuple(EntityKind.labels), help="留空的为企业"),
            Column("industry", "行业代码", Kind.CODE, width=10, help="国民经济行业分类代码，2 至 4 位数字"),
            Column(
                "town", "所属镇街园区", Kind.CHOICE, choices=tuple(towns.by_name) or ("（未建立）",), width=16
            ),
            Column("address", "住所", max_length=160, width=32),
            Column("founded_on", "成立日期", Kind.DATE),
            Column("state", "状态", Kind.CHOICE, choices=tuple(EntityState.labels), help="留空的为存续"),
            Column("state_on", "状态日期", Kind.DATE, help="吊销、注销、迁出的必填"),
            Column("public_phone", "公开电话", Kind.CODE, max_length=30, width=16),
            Column("website", "网站", max_length=120, width=20),
            Column(
                "fact_year",
                "数据年度",
                Kind.INTEGER,
                minimum=FIRST_YEAR,
                maximum=LAST_YEAR,
                help="填有数据的必填，如 2022",
            ),
            *facts,
            Column("source", "数据来源", max_length=60, width=20, help="填有数据或标签的必填"),
            Column("labels", "标签", Kind.LONG_TEXT, max_length=1000, width=40),
            Column("size", "规模", locked=True, width=8),
        ),
        key=("credit_code",),
    )


PLAIN = (
    "pk",
    "credit_code",
    "name",
    "kind",
    "industry",
    "town_id",
    "address",
    "founded_on",
    "state",
    "state_on",
    "public_phone",
    "website",
    "size",
    "version",
    "merged_into_id",
)


def plain_row(found: tuple[Any, ...], towns: Towns) -> dict[str, Any]:
    """Return the columns of one entity as the sheet shows them; raw columns the sheet lacks stay beside them."""
    row = dict(zip(PLAIN, found, strict=True))
    town = row.pop("town_id")
    return row | {
        "kind": EntityKind(row["kind"]).label,
        "state": EntityState(row["state"]).label,
        "town": towns.names.get(town) if town else None,
        "industry": row["industry"] or None,
        "address": row["address"] or None,
        "public_phone": row["public_phone"] or None,
        "website": row["website"] or None,
        "size": SizeClass(row["size"]).label if row["size"] else None,
    }


def register_rows(rows: QuerySet[Enterprise], towns: Towns, *, today: date) -> Iterator[dict[str, Any]]:
    """Yield each entity as a row of the sheet, with the newest year's facts and the labels of today.

    Three queries for every 2,000 rows; memory stays bounded.
    """
    for chunk in _chunks(rows):
        keys = [found[0] for found in chunk]
        facts, labels = _newest_facts(keys, today), held_labels(keys, on=today)
        for found in chunk:
            row = plain_row(found, towns)
            own = facts.get(found[0], ())
            row.update({fact.kind: fact.value for fact in own})
            row["fact_year"] = own[0].period_year if own else None
            row["source"] = own[0].source if own else None
            row["labels"] = labels_text(labels.get(found[0], {}))
            yield row


def _chunks(rows: QuerySet[Enterprise]) -> Iterator[list[tuple[Any, ...]]]:
    columns = rows.order_by("pk").values_list(*PLAIN)
    last = 0
    while chunk := list(columns.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1][0]


def _newest_facts(keys: Iterable[int], today: date) -> dict[int, list[EnterpriseFact]]:
    """Return for each entity the facts of the newest year that has any today."""
    found: dict[int, dict[str, EnterpriseFact]] = defaultdict(dict)
    held = EnterpriseFact.objects.held_on(today).filter(enterprise__in=list(keys), period_year__isnull=False)
    for fact in held.order_by("period_year", "valid_from", "pk"):
        own = found[fact.enterprise_id]
        if any(one.period_year != fact.period_year for one in own.values()):
            own.clear()
        own[fact.kind] = fact
    return {key: list(own.values()) for key, own in found.items()}


def held_labels(keys: Iterable[int], *, on: date | None = None) -> dict[int, dict[LabelKey, date | None]]:
    """Return for each entity the labels held on a day with their last days; all it ever held without one."""
    rows = EnterpriseLabel.objects.filter(enterprise__in=list(keys))
    if on is not None:
        rows = rows.held_on(on)
    found: dict[int, dict[LabelKey, date | None]] = defaultdict(dict)
    for key, kind, level, start, end in rows.values_list(
        "enterprise_id", "kind", "level", "valid_from", "valid_to"
    ):
        found[key][LabelKey(kind, level, start)] = end
    return found


@transaction.atomic
def export_enterprises(
    rows: QuerySet[Enterprise], target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write `rows` as a workbook; return how many there are. The export stands in the audit trail.

    `rows` is the caller's scope with its filter.
    """
    towns = Towns.load()
    subtitle = subtitle_line(
        unit=actor.organisation.short_name,
        person=actor.name,
        at=at,
        filters=filters,
        count=rows.order_by().count(),
    )
    part = Part(register_sheet(towns), register_rows(rows, towns, today=at.date()), "市场主体名录", subtitle)
    written = write_sheets(target, [part], notes=NOTES)
    audit.record(None, "enterprise.export", actor=actor, changes={"rows": written, "filters": filters})
    return written


def write_template(target: BinaryIO | Path) -> None:
    """Write the empty workbook that is to be filled in."""
    towns = Towns.load()
    part = Part(register_sheet(towns), (), "市场主体名录", "请从第四行起填写", blank_rows=50)
    write_sheets(target, [part], notes=NOTES)
