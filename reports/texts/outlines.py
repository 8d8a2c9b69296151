"""The outline of a work report 工作情况汇报 as data. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.texts.content import Paragraph, Section
from reports.texts.figure_names import names_left
from reports.texts.placeholders import fill, unknown_in
from reports.texts.values import Values

MOST_SECTIONS = 20


class OutlineError(ValueError):
    """The outline cannot be used; the text is a Chinese sentence that names the part."""


@dataclass(frozen=True)
class OutlinePart:
    """A part of a work report: its title and its paragraphs with placeholders for figures."""

    key: str
    title: str
    texts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "title": self.title, "texts": list(self.texts)}


Outline = tuple[OutlinePart, ...]

DEFAULT_OUTLINE: Outline = (
    OutlinePart(
        "mechanism",
        "机制建设情况",
        (
            "坚持高位推动，健全指标长牵头、专班推进、台账管理、按月调度的工作机制。"
            "全县设立指标专班{indicators.taskforces}个，承担任务和问题{indicators.items.total}项。"
            "历次调度交办事项{indicators.items.instruction}项，尚未办结{indicators.instructions.open}项。",
        ),
    ),
    OutlinePart(
        "tasks",
        "重点任务推进情况",
        (
            "截至期末，全县任务和问题已销号{indicators.items.closed}项，占{indicators.items.closed:share}%。"
            "期内新销号{indicators.items.closed_this_month}项。"
            "应销号{indicators.items.should_close}项，销号率{indicators.items.closing_rate}%。",
            "其中，对标提升事项{indicators.items.benchmarking}项。创新试点事项{indicators.items.innovation_pilot}项。"
            "省评反馈问题{indicators.items.evaluation_problems}项。领题调研问题{indicators.items.survey_problems}项。",
        ),
    ),
    OutlinePart(
        "services",
        "政务服务情况",
        (
            "纳入监测的指标{indicators.monitoring.total}项，期末有监测值{indicators.monitoring.known}项。"
            "较上期改善{indicators.monitoring.better}项，回落{indicators.monitoring.worse}项。",
        ),
    ),
    OutlinePart("policies", "惠企政策落实情况"),
    OutlinePart("supervision", "监管执法情况"),
    OutlinePart("complaints", "企业诉求办理情况"),
    OutlinePart(
        "problems",
        "存在问题",
        (
            "一是部分事项进展偏慢。期末亮红灯{indicators.lamps.red}项。亮黄灯{indicators.lamps.yellow}项。"
            "逾期未销号{indicators.items.overdue}项，涉及{indicators.items.units_overdue}个单位。",
            "二是进展报送质量有待提高。期内应报进展{indicators.reports.due}项，"
            "按时率{indicators.reports.on_time_rate}%，未报{indicators.reports.missing}项，"
            "退回修改{indicators.reports.returned}项。",
        ),
    ),
    OutlinePart(
        "plans",
        "下步打算",
        (
            "一是紧盯年度目标。对照台账倒排工期，未到期事项按序时推进，完成一项、销号一项。",
            "二是抓实问题整改。对红灯和逾期事项逐项明确责任人、措施和时限，按规定督办。",
            "三是提升企业感受。围绕企业反映集中的事项优化流程、精简材料、压减时限。",
        ),
    ),
)


def outline_to_json(outline: Outline) -> list[dict[str, Any]]:
    return [part.to_json() for part in outline]


def outline_from_json(stored: Iterable[Mapping[str, Any]]) -> Outline:
    return tuple(OutlinePart(one["key"], one["title"], tuple(one["texts"])) for one in stored)


def refuse_wrong(outline: Outline, keys: Collection[str]) -> None:
    """Raise OutlineError for an outline that is empty, too long, or names a figure that is not in `keys`.

    A name in 「」 that is still in a kept text was no figure's name.
    """
    if not outline:
        raise OutlineError("提纲至少要有一个部分")
    if len(outline) > MOST_SECTIONS:
        raise OutlineError(f"提纲最多 {MOST_SECTIONS} 个部分")
    for part in outline:
        for text in part.texts:
            if wrong := [*names_left(text), *unknown_in(text, keys)]:
                raise OutlineError(
                    f"“{part.title}”引用了没有的数字：{'、'.join(wrong)}；请从“可引用的数字”中选用，名称须完全一致"
                )


def written_from(outline: Outline, values: Values) -> tuple[Section, ...]:
    """Return the report's sections; one without anything to say stays for the office's own words."""
    return tuple(
        Section(
            part.key,
            part.title,
            tuple(
                Paragraph(f"{part.key}.p{place}", runs)
                for place, text in enumerate(part.texts, start=1)
                if (runs := fill(text, values))
            ),
        )
        for part in outline
    )
