"""A county with more than a page of everything, so that a query asked row by row shows in the count."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.models import (
    Adjustment,
    ClosingApplication,
    DispatchRound,
    Instruction,
    LampRecord,
    LampScheme,
    Letter,
    Measurement,
    MonthUnlock,
    RankRecord,
)
from indicators.services.dispatch import SERIES
from indicators.services.items import number_series
from indicators.workflow import ItemState
from portal.models import AuditEvent, CalendarYear, Notification, NumberSeries
from portal.services import audit
from portal.services.files import store_upload
from tests.factories import (
    CHINA,
    IndicatorFactory,
    MonthFactory,
    OrganisationFactory,
    ReportFactory,
    TaskForceFactory,
    UserFactory,
    WorkItemFactory,
    WorkListFactory,
)

MANY = 55
OCTOBER = date(2023, 10, 1)
SUBMITTED = {"done": "已全面推行", "percent": 60, "submitted_at": datetime(2023, 11, 2, 9, tzinfo=CHINA)}
# Every state a list can show; most items are open, as in life.
STATES = (ItemState.IN_PROGRESS, ItemState.PLANNED, ItemState.SUSPENDED, ItemState.CLOSED)
LAMPS = ("red", "yellow", "green", "blue", "grey")


class FullCounty:
    """Builds `MANY` of each thing, all within the reach of the personas, and keeps one of each by name."""

    def __init__(self, people, task_force):
        self.people = people
        self.task_force = task_force
        self.unit = people["liaison"].organisation
        self.lead_unit = people["lead_liaison"].organisation
        self._people_and_units()
        self._items()
        self._months()
        self._measurements()
        self._dispatch()
        self._letters()
        self._closing()
        self._traces()

    def _people_and_units(self):
        self.forces = [TaskForceFactory(lead=self.lead_unit) for _ in range(MANY // 3)]
        for force in self.forces:
            force.responsible.add(self.unit)
            force.members.create(user=self.people["chief"], duty="chief")
        self.units = [OrganisationFactory() for _ in range(MANY)]
        for unit in self.units:
            UserFactory(organisation=unit, roles=["liaison"])
        for year in range(2020, 2024):
            CalendarYear.objects.get_or_create(year=year)

    def _items(self):
        WorkListFactory()
        for prefix in ("CX", "SP", "LT", "JB"):
            WorkListFactory(prefix=prefix, title=prefix, label=prefix, source="innovation_pilot")
        self.items = []
        for n in range(MANY):
            state = STATES[n % len(STATES)] if n % 2 else ItemState.IN_PROGRESS
            item = WorkItemFactory(
                task_force=self.task_force,
                organisation=self.unit,
                lead=self.lead_unit,
                state=state,
                closed_on=date(2023, 11, 2) if state == ItemState.CLOSED else None,
                stopped_on=date(2023, 10, 20) if state == ItemState.SUSPENDED else None,
                lamp=LAMPS[n % len(LAMPS)],
                lamp_reason="达到序时",
                due_on=date(2023, 11, 1) + timedelta(days=n % 20),
            )
            item.supporting.add(self.units[n])
            self.items.append(item)
        for n in range(MANY):
            WorkItemFactory(task_force=self.task_force, organisation=self.units[n], lead=self.lead_unit)
        work_list = self.items[0].work_list
        NumberSeries.objects.create(series=number_series(work_list), year=2023, value=90_000)
        self.item = self.items[0]

    def _months(self):
        self.month = MonthFactory()
        for month in range(1, 10):
            MonthFactory(
                month=date(2023, month, 1),
                due_on=date(2023, month + 1, 5),
                closes_on=date(2023, month + 1, 10),
                closed_at=datetime(2023, month + 1, 11, tzinfo=CHINA),
            )
            row = ReportFactory(item=self.item, month=date(2023, month, 1), state="verified", **SUBMITTED)
            store_upload(row, evidence(), actor=self.people["liaison"])
        states = ("submitted", "missing", "draft", "returned", "verified", "lead_passed")
        self.reports = []
        for n, item in enumerate(self.items):
            if item.state in {ItemState.SUSPENDED}:
                continue
            state = states[n % len(states)]
            written = {} if state == "missing" else SUBMITTED | {"submitted_by": self.people["liaison"]}
            row = ReportFactory(item=item, state=state, coordination="请协调经费", **written)
            self.reports.append(row)
            LampRecord.objects.create(item=item, month=OCTOBER, colour=item.lamp, reason="", percent=0)
        for unit in self.units:
            MonthUnlock.objects.create(
                month=self.month,
                organisation=unit,
                until=date(2023, 11, 20),
                reason="补报",
                granted_by=self.people["director"],
                granted_at=datetime(2023, 11, 8, tzinfo=CHINA),
            )

    def _measurements(self):
        self.leaves = []
        for n in range(MANY):
            leaf = IndicatorFactory(
                system=self.task_force.indicator.system,
                parent=self.task_force.indicator,
                depth=2,
                lead=self.unit,
                benchmark=Decimal(95),
            )
            state = ("submitted", "verified", "draft")[n % 3]
            for month in (date(2023, 9, 1), OCTOBER):
                Measurement.objects.create(
                    indicator=leaf,
                    period=month,
                    value=Decimal(60),
                    state=state if month == OCTOBER else "verified",
                    submitted_by=self.people["liaison"],
                )
            self.leaves.append(leaf)
        for force in [self.task_force, *self.forces]:
            for month in (date(2023, 7, 1), date(2023, 10, 1)):
                RankRecord.objects.create(indicator=force.indicator, period=month, rank=5, of=20)
        LampScheme.objects.bulk_create(
            [
                LampScheme(valid_from=date(2099, 1, n + 1), rules=[], created_by=self.people["officer"])
                for n in range(20)
            ]
        )

    def _dispatch(self):
        NumberSeries.objects.create(series=SERIES, year=2023, value=MANY)
        instructions = WorkListFactory(prefix="JD", source="instruction", title="调度交办", label="调度交办")
        self.rounds = []
        for n in range(MANY):
            row = DispatchRound.objects.create(
                year=2023,
                number=n + 1,
                month=OCTOBER,
                form="chief",
                occasion=f"round-{n}",
                state=("draft", "held", "cancelled")[n % 3],
                chief=self.people["chief"],
                cutoff_on=date(2023, 11, 8),
                held_on=date(2023, 11, 1),
                chair="周启明",
            )
            row.task_forces.add(self.task_force, *self.forces)
            self.rounds.append(row)
        for n in range(MANY):
            item = WorkItemFactory(
                work_list=instructions,
                number=f"2023-JD-{n:03d}",
                task_force=self.task_force,
                organisation=self.unit,
                due_on=date(2023, 11, 1) + timedelta(days=n % 20),
            )
            Instruction.objects.create(
                round=self.rounds[0],
                item=item,
                about=self.items[n],
                given_by=self.people["chief"],
                given_on=date(2023, 10, 8),
            )
            ReportFactory(item=item, state="submitted", **SUBMITTED)

    def _letters(self):
        self.letters = []
        for n in range(MANY):
            state = ("proposed", "issued", "dismissed")[n % 3]
            letter = Letter.objects.create(
                rung="supervise",
                state=state,
                number=f"云督〔2023〕{n}号" if state == "issued" else "",
                organisation=self.unit,
                occasion=f"letter-{n}",
                reason="逾期未完成",
                body="请于时限内办结。",
                reply_by=date(2023, 11, 20),
                issued_on=date(2023, 11, 6) if state == "issued" else None,
                proposed_at=datetime(2023, 11, 6, 9, tzinfo=CHINA),
                proposed_by=self.people["officer"],
                signed_by=self.people["director"] if state == "issued" else None,
            )
            letter.items.add(*self.items[:20])
            self.letters.append(letter)

    def _closing(self):
        """The one item has been through many rounds of closing and adjusting."""
        for n in range(12):
            row = ClosingApplication.objects.create(
                item=self.item,
                round=n + 1,
                completed_on=date(2023, 9, 1),
                result="已全面实行",
                applicant=self.people["liaison"],
                applied_at=datetime(2023, 9, 2, 9, tzinfo=CHINA),
                outcome="returned",
                decided_by=self.people["director"],
            )
            store_upload(row, evidence(), actor=self.people["liaison"])
            Adjustment.objects.create(
                item=self.item,
                kind="date",
                state="approved",
                reason="会议决定",
                old_due_on=date(2023, 10, 1),
                new_due_on=date(2023, 11, 1),
                requested_by=self.people["officer"],
                requested_at=datetime(2023, 9, 2, 9, tzinfo=CHINA),
                decided_by=self.people["director"],
            )
        for n in range(1, 12):
            Adjustment.objects.create(
                item=self.items[n],
                kind="extension",
                reason="设备推迟",
                old_due_on=self.items[n].due_on,
                new_due_on=date(2023, 12, 28),
                requested_by=self.people["liaison"],
                requested_at=datetime(2023, 11, 2, 9, tzinfo=CHINA),
            )

    def _traces(self):
        for row in (self.item, self.rounds[0], self.letters[0]):
            for _ in range(MANY):
                audit.record(row, "item.chase", actor=self.people["officer"], changes={"version": [1, 2]})
        for person in self.people.values():
            Notification.objects.bulk_create(
                [
                    Notification(recipient=person, event_key=f"k{n}", text="请填报月报", url="/")
                    for n in range(MANY)
                ]
            )
        assert AuditEvent.objects.count() > MANY


def evidence(name="说明.txt"):
    return SimpleUploadedFile(name, "抽查120件，平均用时0.5个工作日。".encode())
