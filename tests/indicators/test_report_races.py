"""Two people at the same moment: exactly one of them does it, and the other is told."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from indicators.models import ProgressReport
from indicators.services import reports as services
from indicators.services.months import open_month
from portal.errors import Refused
from portal.models import AuditEvent, Organisation
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2023, 11, 8)
WRITTEN = {"done": "完成并联审批 66 件", "percent": Decimal(88)}


def at_once(*actions):
    """Run the actions in threads that start together; return what each gave, or the refusal it met."""
    barrier, results = threading.Barrier(len(actions)), []

    def run(action):
        barrier.wait()
        try:
            results.append(action())
        except Refused as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def unit():
    return UserFactory(roles=["liaison"]).organisation


@pytest.fixture
def reports(unit):
    MonthFactory()
    return [
        ReportFactory(item=WorkItemFactory(organisation=unit), state="draft", **WRITTEN) for _ in range(5)
    ]


def test_a_report_is_submitted_once(reports, unit):
    liaisons = [UserFactory(organisation=unit, roles=["liaison"]) for _ in range(2)]

    def submit(person):
        return lambda: services.submit_reports(reports, actor=person, today=TODAY)

    outcomes = at_once(*(submit(person) for person in liaisons))
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 5]
    assert AuditEvent.objects.filter(action="report.submit").count() == 5


def test_a_report_is_verified_or_returned_but_never_both(reports):
    submitted_at = datetime(2023, 11, 2, tzinfo=CHINA)
    ProgressReport.objects.update(state="submitted", submitted_at=submitted_at)
    first, second = (UserFactory(roles=["office"]) for _ in range(2))
    outcomes = at_once(
        lambda: services.verify_reports(reports, actor=first, today=TODAY),
        lambda: services.return_reports(reports, "请核对", actor=second, today=TODAY),
    )
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 5]
    (state,) = set(ProgressReport.objects.values_list("state", flat=True))
    assert state in {"verified", "returned"}
    percents = set(ProgressReport.objects.values_list("item__percent", flat=True))
    assert percents == ({Decimal(88)} if state == "verified" else {Decimal(0)})


def test_of_two_drafts_one_is_kept_and_the_other_person_is_told(reports, unit):
    liaisons = [UserFactory(organisation=unit, roles=["liaison"]) for _ in range(2)]

    def save(person):
        fields = {"done": f"{person.name}填写"}
        report = ProgressReport.objects.get(pk=reports[0].pk)
        return lambda: services.save_draft(report, actor=person, version=1, fields=fields, today=TODAY)

    outcomes = at_once(*(save(person) for person in liaisons))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 1
    assert refused[0].theirs["done"] == ProgressReport.objects.get(pk=reports[0].pk).done


def test_a_month_is_opened_once(unit):
    for _ in range(5):
        WorkItemFactory(organisation=unit)
    month = date(2023, 10, 1)
    openings = at_once(*(lambda: open_month(month, actor=None, today=TODAY) for _ in range(2)))
    assert sorted(opening.created for opening in openings) == [False, True]
    assert ProgressReport.objects.filter(month=month).count() == 5
    assert Organisation.objects.filter(reports__month=month).distinct().count() == 1
    assert AuditEvent.objects.filter(action="month.open").count() == 1
