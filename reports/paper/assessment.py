"""The result of an assessment as an official document with a table for each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from portal.documents import model
from portal.documents.numbers import chinese_numeral
from reports.assessing.rules import Group

COLUMNS = (
    model.Column("位次", 4, model.Align.CENTER),
    model.Column("单　位", 12),
    model.Column("基础分", 5, model.Align.CENTER),
    model.Column("加分", 5, model.Align.CENTER),
    model.Column("扣分", 5, model.Align.CENTER),
    model.Column("得分", 5, model.Align.CENTER),
    model.Column("等次", 5, model.Align.CENTER),
)
GROUPS = (Group.WITH, Group.WITHOUT)


class Assessed(Protocol):
    year: int
    month: date


def assessment_document(
    assessed: Assessed, table: Sequence[Mapping[str, Any]], office: str, on: date | None
) -> model.OfficialDocument:
    """Return the result to be set as DOCX and PDF; without `on` it is provisional."""
    title = f"{assessed.year}年度优化营商环境工作考核结果{'' if on else '（核对稿）'}"
    return model.OfficialDocument(
        kind=model.DocumentKind.REPORT,
        title=title,
        body=tuple(_body(assessed, table)),
        signer=office,
        issued_on=on,
        sealed=False,
    )


def _body(assessed: Assessed, table: Sequence[Mapping[str, Any]]) -> Iterable[model.Block]:
    yield model.Paragraph(
        f"根据年度考核细则，以截至{assessed.year}年{assessed.month.month}月末的数据为准，"
        f"对{len(table)}个单位优化营商环境工作进行了考核，承担指标单位和不承担指标单位分组排名。"
        "得分为基础分加上加分、减去扣分，同一事实只计一次，各项扣分均有据可查。现将结果公布如下。"
    )
    headings = 0
    for group in GROUPS:
        rows = [row for row in table if row["group"] == group.value]
        if not rows:
            continue
        headings += 1
        yield model.Heading(1, f"{chinese_numeral(headings)}、{group.label}（{len(rows)}个）")
        yield model.Table("", COLUMNS, tuple(_row(row) for row in rows))
    yield model.Paragraph("各单位的计分明细和每一项依据，可以登录平台在“考核”中查阅。")


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(row["place"]),
        row["unit"],
        plain(row["base"]),
        plain(row["added"]),
        plain(row["deducted"]),
        plain(row["total"]),
        row["grade"],
    )


def plain(text: str) -> str:
    """Return a stored score as it is printed: 92.5, −3."""
    number = text.rstrip("0").rstrip(".") if "." in text else text
    return number.replace("-", "－")
