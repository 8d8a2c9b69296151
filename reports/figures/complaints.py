"""Figures of enterprises' complaints and requests: how many, how fast, how well, and what comes again and again.

The definitions are those of `complaints.selectors.figures`; what the table, the chart, the
bulletin and the API print of a period are sums of the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from complaints.kinds import CaseType, Channel
from complaints.selectors.counts import ONE_DAY, PeriodCounts
from complaints.selectors.figure_marks import marked_rows
from complaints.selectors.figures import WHOLE, CaseCounts, mean_workdays, rows_behind
from complaints.selectors.figures import Slice as CaseSlice
from indicators.selectors.figures import FigureRow
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period
from reports.shares import rate
from reports.texts.values import Parts, Value

HIGHER, LOWER = "higher", "lower"
NOBODY, NO_TOPIC = "none", "none"
RATE_NOTE = "，没有的不计算"

# A column of the counts and one of its codes.
Where = tuple[str, str]
EVERYWHERE: Where = ("", "")


def _counts(period: Period, where: Where) -> CaseCounts | None:
    return period.complaints.total(*where) if period.complaints.known else None


def _count(measure: str, where: Where, period: Period) -> Value:
    counts = _counts(period, where)
    return None if counts is None else int(getattr(counts, measure))


def _rate(part: str, whole: str, where: Where, period: Period) -> Value:
    counts = _counts(period, where)
    return None if counts is None else rate(getattr(counts, part), getattr(counts, whole))


def _mean(period: Period) -> Value:
    counts = _counts(period, EVERYWHERE)
    return None if counts is None else mean_workdays(counts)


def _rows(measure: str, part: CaseSlice, period: Period, user: User | None) -> list[FigureRow]:
    """Return the cases behind a count. Without a person all figures of the period share one reading."""
    if user is None:
        found = marked_rows(period.case_marks, measure, part)
    else:
        found = rows_behind(measure, period.first, period.end + ONE_DAY, part, user=user)
    return [FigureRow(row.kind, row.number, row.label, row.note, row.url) for row in found]


def _counted(
    key: str,
    name: str,
    definition: str,
    measure: str,
    *,
    where: Where = EVERYWHERE,
    part: CaseSlice = WHOLE,
    **more: Any,
) -> Figure:
    figure = Figure(
        key=f"complaints.{key}",
        name=name,
        unit="件",
        definition=definition,
        compute=partial(_count, measure, where),
        rows=partial(_rows, measure, part),
        yearly=False,
    )
    return replace(figure, **more)


def _rated(
    key: str,
    name: str,
    definition: str,
    measures: tuple[str, str],
    *,
    better: str,
    where: Where = EVERYWHERE,
    part: CaseSlice = WHOLE,
) -> Figure:
    """Return a rate: the first of `measures` of the second, whose rows stand behind it."""
    return Figure(
        key=f"complaints.{key}",
        name=name,
        unit="%",
        definition=definition + RATE_NOTE,
        compute=partial(_rate, *measures, where),
        rows=partial(_rows, measures[1], part),
        yearly=False,
        better=better,
    )


def _accepted_parts(period: Period) -> tuple[Parts, ...]:
    """Return how the accepted cases divide: by way, kind, field and lead unit."""
    if not period.complaints.known:
        return ()
    return (
        Parts("按渠道", tuple(f"complaints.channels.{value}" for value in Channel.values)),
        Parts("按类型", tuple(f"complaints.kinds.{value}" for value in CaseType.values)),
        Parts("按领域", tuple(f"complaints.topics.{code}" for code in _topics(period))),
        Parts("按主办单位", tuple(f"complaints.units.{code}.accepted" for code in _units(period))),
    )


def _problem_count(kind: str, period: Period) -> Value:
    found = period.case_problems
    return None if found is None else sum(getattr(row, kind) for row in found)


FIGURES = (
    _counted("registered", "诉求登记量", "本月登记的诉求件数，含不予受理和并案的", "registered"),
    _counted(
        "accepted",
        "诉求受理量",
        "本月受理的诉求件数，逾期视为受理的计入，并案的与所并入的诉求合计一件",
        "accepted",
        parts=_accepted_parts,
    ),
    _counted("declined", "不予受理", "本月依法决定不予受理的诉求件数", "declined"),
    _counted("closed", "诉求办结量", "本月办结的诉求件数", "closed", better=HIGHER),
    _rated(
        "decided_on_time_rate",
        "按时受理率",
        "本月作出受理决定的诉求中，在审查时限内决定的比重，逾期视为受理的不算按时",
        ("decided_on_time", "decided"),
        better=HIGHER,
    ),
    _counted("due", "应办结诉求", "办理时限在本月届满的诉求件次，停止计时和终止办理的不计入", "due"),
    _counted(
        "due_on_time",
        "按时办结",
        "办理时限在本月届满的诉求中，承办单位按时答复的件次",
        "due_on_time",
        better=HIGHER,
    ),
    _rated(
        "on_time_rate",
        "按时办结率",
        "按时办结占应办结诉求的比重，经批准延期的按新时限计算",
        ("due_on_time", "due"),
        better=HIGHER,
    ),
    _rated(
        "contact_rate",
        "响应率",
        "首次联系时限在本月届满的实名诉求中，按时联系来件人的比重；对主办单位隐去身份的（保密件、反映该单位自身的）不计入",
        ("contact_on_time", "contact_due"),
        better=HIGHER,
    ),
    _counted("called", "有效回访", "本月结束的办理中，联系上来件人并得到评价的件次", "called"),
    _rated(
        "resolved_rate", "解决率", "有效回访中，来件人确认已解决的比重", ("resolved", "called"), better=HIGHER
    ),
    _rated(
        "satisfied_rate",
        "满意率",
        "有效回访中，来件人评价满意和基本满意的比重",
        ("satisfied", "called"),
        better=HIGHER,
    ),
    _rated(
        "settled_rate",
        "化解率",
        "本月结束办理的投诉和举报中，来件人确认已解决的比重",
        ("disputes_settled", "disputes"),
        better=HIGHER,
    ),
    _rated(
        "again_rate",
        "重办率",
        "本月开始第二轮及以后办理的件次与答复件次之比",
        ("again", "answered"),
        better=LOWER,
    ),
    _rated(
        "extended_rate",
        "延期率",
        "本月答复的诉求中，经批准延期的比重",
        ("extended", "answered"),
        better=LOWER,
    ),
    _rated(
        "returned_rate",
        "退单率",
        "本月转给主办单位的诉求中，被单位退回的比重",
        ("returned", "given"),
        better=LOWER,
    ),
    Figure(
        "complaints.mean_workdays",
        "平均办理时长",
        "个工作日",
        "本月答复的诉求自受理至答复的平均工作日数，停止计时的日子不计" + RATE_NOTE,
        _mean,
        partial(_rows, "answered", WHOLE),
        better=LOWER,
        yearly=False,
    ),
    *(
        _counted(
            f"channels.{channel.value}",
            f"{channel.label}诉求",
            f"本月受理的诉求中，来源为{channel.label}的件数",
            "accepted",
            where=("channel", channel.value),
            part=CaseSlice(channel=channel.value),
        )
        for channel in Channel
    ),
    *(
        _counted(
            f"kinds.{kind.value}",
            f"{kind.label}类诉求",
            f"本月受理的诉求中，{kind.label}的件数",
            "accepted",
            where=("kind", kind.value),
            part=CaseSlice(kind=kind.value),
            group="complaints.kinds",
        )
        for kind in CaseType
    ),
    Figure(
        "complaints.recurrent",
        "普遍性问题",
        "个",
        "截至期末九十日内，同一领域、同一主办单位受理件数达到设定数量的问题数",
        partial(_problem_count, "is_recurrent"),
        yearly=False,
        better=LOWER,
    ),
    Figure(
        "complaints.rising",
        "苗头性问题",
        "个",
        "截至期末三十日内，同一领域、同一主办单位受理三件以上且达到此前月均两倍的问题数",
        partial(_problem_count, "is_rising"),
        yearly=False,
        better=LOWER,
    ),
)


def _topics(period: Period) -> dict[str, str]:
    """Return the fields with accepted cases by code, the most first; cases without one last."""
    return _named(period.complaints, "topic", "未分领域")


def _units(period: Period) -> dict[str, str]:
    """Return the lead units with accepted or due cases by code, the most first; what nobody leads yet last."""
    return _named(period.complaints, "unit", "尚未转办")


def _named(counts: PeriodCounts, column: str, without: str) -> dict[str, str]:
    sums = counts.by(column)
    names = counts.names(column)
    wanted = [code for code in names if sums[code].accepted or sums[code].due or sums[code].called]
    found = {code: names[code] for code in sorted(wanted, key=lambda code: (-sums[code].accepted, code))}
    return found | {NOBODY: without} if sums.get("", CaseCounts()).accepted else found


def figures(period: Period) -> Iterator[Figure]:
    """Yield the figures of each field, of each lead unit and of each problem that comes again or rises."""
    if not period.complaints.known:
        return
    for code, name in _topics(period).items():
        own = "" if code == NO_TOPIC else code
        yield _counted(
            f"topics.{code}",
            f"{name}诉求",
            f"本月受理的诉求中，{name}的件数" if not own else f"本月受理的{name}领域诉求件数",
            "accepted",
            where=("topic", own),
            part=CaseSlice(topic=own),
        )
    for code, name in _units(period).items():
        yield from _of_unit(code, name)
    for row in period.case_problems or ():
        yield Figure(
            f"complaints.problems.{row.topic_code}.{row.unit_code}",
            f"{row.unit}{row.topic}问题",
            "件",
            f"截至期末九十日内受理的、由{row.unit}主办的{row.topic}领域诉求件数",
            partial(_of_problem, row.topic_code, row.unit_code),
            yearly=False,
            better=LOWER,
        )


def _of_problem(topic: str, unit: str, period: Period) -> Value:
    found = period.case_problems or ()
    return next((row.cases for row in found if (row.topic_code, row.unit_code) == (topic, unit)), None)


def _of_unit(code: str, name: str) -> Iterator[Figure]:
    own = "" if code == NOBODY else code
    where: dict[str, Any] = {"where": ("unit", own), "part": CaseSlice(unit=own)}
    base = f"units.{code}"
    yield _counted(
        f"{base}.accepted", f"{name}受理诉求", f"本月受理、{name}主办的诉求件数", "accepted", **where
    )
    if not own:
        return
    yield _counted(
        f"{base}.due", f"{name}应办结诉求", f"办理时限在本月届满、{name}主办的诉求件次", "due", **where
    )
    yield _counted(
        f"{base}.due_on_time",
        f"{name}按时办结",
        f"{name}应办结诉求中按时答复的件次",
        "due_on_time",
        better=HIGHER,
        **where,
    )
    for key, label, words, measures in (
        ("on_time_rate", "按时办结率", "按时办结占应办结诉求的比重", ("due_on_time", "due")),
        ("satisfied_rate", "满意率", "有效回访中满意和基本满意的比重", ("satisfied", "called")),
    ):
        yield _rated(f"{base}.{key}", f"{name}{label}", f"{name}{words}", measures, better=HIGHER, **where)
