"""A county small enough to count by hand: October 2023 as the documents see it.

Twelve items count at the end of October (3 closed, 9 open), as the comments say.
"""

from datetime import date, datetime
from decimal import Decimal

from indicators.models import Adjustment, ClosingApplication, LampRecord, Measurement
from tests.factories import (
    CHINA,
    IndicatorFactory,
    MonthFactory,
    OrganisationFactory,
    ReportFactory,
    SystemFactory,
    TaskForceFactory,
    UserFactory,
    WorkItemFactory,
    WorkListFactory,
)

OCTOBER, SEPTEMBER = date(2023, 10, 1), date(2023, 9, 1)

LISTS = {
    "DB": ("benchmarking", "task", "对标提升年度目标"),
    "CX": ("innovation_pilot", "task", "创新试点改革任务"),
    "SP": ("evaluation_problems", "problem", "省评反馈问题"),
    "LT": ("survey_problems", "problem", "领题调研指出问题"),
    "JB": ("instruction", "task", "调度交办事项"),
}

# number: task force, closed on, due on, state, lamp of September, lamp of October
ITEMS = {
    "DB-001": ("A", None, date(2023, 10, 20), "in_progress", "red", "red"),  # overdue
    "DB-002": ("A", date(2023, 9, 15), date(2023, 12, 20), "closed", "blue", "blue"),
    "DB-003": ("A", date(2023, 10, 12), date(2023, 12, 20), "closed", "green", "blue"),  # closed in October
    "DB-004": ("B", None, date(2023, 12, 20), "in_progress", "green", "green"),
    "CX-001": ("B", date(2023, 10, 31), date(2023, 11, 30), "closed", "green", "blue"),  # on the last day
    "CX-002": ("B", None, date(2023, 10, 31), "in_progress", "green", "yellow"),  # due that day: not overdue
    "CX-003": ("A", None, date(2023, 12, 20), "planned", None, None),  # begins in November: not counted
    "SP-001": ("A", None, None, "in_progress", "grey", "grey"),
    "SP-002": ("A", date(2023, 11, 3), date(2023, 11, 30), "closed", "green", "green"),  # closed in November
    "LT-001": ("B", None, date(2023, 12, 31), "in_progress", "blue", "yellow"),  # closing undone in October
    "LT-002": ("A", None, date(2023, 10, 15), "cancelled", "yellow", "red"),  # cancelled in November: overdue
    "LT-003": (
        "A",
        None,
        date(2023, 12, 20),
        "cancelled",
        "green",
        None,
    ),  # cancelled in October: not counted
    "DB-005": ("A", None, date(2023, 12, 31), "in_progress", "green", "red"),  # extended in November: overdue
    "CX-004": ("B", None, date(2023, 9, 30), "suspended", "yellow", "grey"),  # suspended: not overdue
    "JB-001": ("A", None, date(2023, 10, 25), "in_progress", "green", "red"),  # an instruction, overdue
}
STARTS = {"CX-003": date(2023, 11, 6)}
STOPS = {"LT-002": date(2023, 11, 5), "LT-003": date(2023, 10, 5), "CX-004": date(2023, 10, 8)}
TITLES = {
    "DB-001": "并联审批率提升至95%",
    "DB-004": "低压非居民“零投资”接电",
    "CX-002": "数字化图纸联审平台上线",
    "SP-001": "规划条件前置不充分",
}

# number: submitted on (hour), late, returned
REPORTS = {
    "DB-001": (datetime(2023, 11, 2, 9, tzinfo=CHINA), False, 1),
    "DB-004": (datetime(2023, 11, 6, 9, tzinfo=CHINA), True, 0),
    "CX-002": (None, False, 0),
    "SP-001": (datetime(2023, 11, 13, 9, tzinfo=CHINA), True, 0),  # after the closing day: missing
    "LT-001": (datetime(2023, 11, 3, 23, 30, tzinfo=CHINA), False, 0),
    "JB-001": (datetime(2023, 11, 10, 23, 59, tzinfo=CHINA), True, 0),  # on the closing day
}


def noon(year, month, day):
    return datetime(year, month, day, 12, tzinfo=CHINA)


class SmallCounty:
    """Builds the rows; keeps what tests need to reach: items, units, task forces."""

    def __init__(self):
        self.housing = OrganisationFactory(
            code="zhujian", name="云溪县住房和城乡建设局", short_name="县住建局"
        )
        self.power = OrganisationFactory(code="gongdian", name="云溪县供电公司", short_name="县供电公司")
        self.clerk = UserFactory(username="clerk", name="宋清和", organisation=self.housing)
        self.task_forces = {
            "A": TaskForceFactory(code="jianzhu", name="办理建筑许可", lead=self.housing, order=1),
            "B": TaskForceFactory(code="dianli", name="获得电力", lead=self.power, order=2),
            "C": TaskForceFactory(code="pochan", name="办理破产", lead=self.power, order=3),
        }
        self.items = {number: self._item(number, *facts) for number, facts in ITEMS.items()}
        self._of_last_year()
        self._undo_closing()
        self._extend()
        MonthFactory()
        for number, (submitted_at, is_late, returned) in REPORTS.items():
            self._report(number, submitted_at, is_late, returned)
        self._measure()

    def _item(self, number, force, closed_on, due_on, state, september, october):
        prefix = number[:2]
        source, kind, label = LISTS[prefix]
        order = list(LISTS).index(prefix)
        work_list = WorkListFactory(
            prefix=prefix, source=source, kind=kind, label=label, title=label, order=order
        )
        more = {"title": TITLES[number]} if number in TITLES else {}
        item = WorkItemFactory(
            number=f"2023-{number}",
            work_list=work_list,
            task_force=self.task_forces[force],
            organisation=self.housing if force == "A" else self.power,
            start_on=STARTS.get(number, date(2023, 1, 10)),
            due_on=due_on,
            state=state,
            closed_on=closed_on,
            stopped_on=STOPS.get(number),
            **more,
        )
        for month, colour in ((SEPTEMBER, september), (OCTOBER, october)):
            if colour:
                reason = {"red": "逾期11天", "yellow": "本月未报"}.get(colour, "达到序时")
                LampRecord.objects.create(
                    item=item, month=month, colour=colour, reason=reason, percent=Decimal(0)
                )
        return item

    def _of_last_year(self):
        old = WorkListFactory(year=2022, prefix="DB", label="上年度目标")
        WorkItemFactory(
            number="2022-DB-001",
            work_list=old,
            task_force=self.task_forces["A"],
            start_on=date(2022, 1, 10),
            due_on=date(2022, 12, 20),
        )

    def _undo_closing(self):
        ClosingApplication.objects.create(
            item=self.items["LT-001"],
            round=1,
            completed_on=date(2023, 9, 18),
            result="已整改",
            applicant=self.clerk,
            applied_at=noon(2023, 9, 18),
            decided_at=noon(2023, 9, 20),
            outcome="approved",
            reopened_on=date(2023, 10, 10),
        )

    def _extend(self):
        """The date is moved twice in November; at the end of October the first one held."""
        for decided, old, new in (
            (noon(2023, 11, 6), date(2023, 10, 10), date(2023, 11, 30)),
            (noon(2023, 11, 20), date(2023, 11, 30), date(2023, 12, 31)),
        ):
            Adjustment.objects.create(
                item=self.items["DB-005"],
                kind="extension",
                state="approved",
                reason="设备到货推迟",
                old_due_on=old,
                new_due_on=new,
                requested_by=self.clerk,
                requested_at=decided,
                decided_at=decided,
            )

    def _report(self, number, submitted_at, is_late, returned):
        ReportFactory(
            item=self.items[number],
            state="submitted" if submitted_at else "missing",
            done="按计划推进" if submitted_at else "",
            submitted_at=submitted_at,
            is_late=is_late,
            return_count=returned,
        )

    def _measure(self):
        top = self.task_forces["A"].indicator
        top.name = "办理建筑许可"
        top.save()
        SystemFactory()

        def leaf(code, name, better, unit, *, benchmark=None, frequency="month"):
            return IndicatorFactory(
                parent=top,
                depth=2,
                code=code,
                name=name,
                better=better,
                unit=unit,
                benchmark=benchmark,
                frequency=frequency,
            )

        self.leaves = {
            "rate": leaf("jianzhu-parallel-rate", "并联审批率", "higher", "%", benchmark=Decimal(95)),
            "days": leaf("kaiban-time", "企业开办时间", "lower", "天"),
            "cases": leaf("hetong-trials", "巡回审判案件", "higher", "件"),
            "late": leaf("gongshi-late-rate", "行政许可公示迟报率", "lower", "%"),
            "quarterly": leaf("survey", "企业满意度", "higher", "分", frequency="quarter"),
        }
        for code, period, value, state in (
            ("rate", SEPTEMBER, "85.2", "verified"),
            ("rate", OCTOBER, "87.9", "verified"),
            ("days", SEPTEMBER, "0.5", "verified"),
            ("days", OCTOBER, "0.5", "verified"),
            ("cases", OCTOBER, "8", "submitted"),
            ("late", SEPTEMBER, "0.4", "verified"),
            ("late", OCTOBER, "1", "verified"),
            ("quarterly", date(2023, 7, 1), "91", "verified"),
            ("quarterly", OCTOBER, "92", "verified"),
        ):
            Measurement.objects.create(
                indicator=self.leaves[code], period=period, value=Decimal(value), state=state
            )
