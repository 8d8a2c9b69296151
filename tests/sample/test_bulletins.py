"""What the sample has printed so far, and what is being written: each as the county would have issued it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from indicators.models import ProgressReport, WorkItem
from indicators.months import shift
from portal.models import AuditEvent, User
from reports.figures import Period, RowPeriod, figures_of, values_of
from reports.models import Assessment, Bulletin, Objection, WorkReport
from reports.sample.loading import load_sample
from reports.selectors.bulletins import findings_of
from reports.services.bulletins import hash_of
from reports.services.papers import rows_behind
from reports.texts.content import sections_from_json

TODAY = date(2023, 11, 10)


def words_of(bulletin):
    sections = sections_from_json(bulletin.content)
    return "".join(paragraph.text for section in sections for paragraph in section.paragraphs)


def test_nine_bulletins_are_issued_in_order_and_the_tenth_is_drafted(sample):
    assert sample.left_out == ""
    monthly = Bulletin.objects.filter(series=Bulletin.Series.MONTHLY)
    issued = monthly.filter(state=Bulletin.State.ISSUED).order_by("month")
    assert list(issued.values_list("issue_number", flat=True)) == list(range(1, 10))
    assert all(row.content_hash == hash_of(row) for row in issued)
    assert all(shift(row.month, 1) <= row.issued_on < shift(row.month, 2) for row in issued)
    draft = monthly.get(month=date(2023, 10, 1))
    assert draft.state == Bulletin.State.DRAFT
    # Drafted while reports still came in.
    assert timezone.localdate(draft.drafted_at) == date(2023, 11, 9)
    assert "截至11月9日（11月10日封账）已报169项" in words_of(draft)
    assert all("日封账已报" in words_of(row) for row in issued)
    assert findings_of(draft).contradictions == ()
    told = AuditEvent.objects.exclude(action="sample.load").order_by("pk").values_list("at", flat=True)
    assert list(told) == sorted(told)
    others_are_there()


def others_are_there():
    """The quarter's bulletin and a special one, the half-year's report, the assessment with its objections."""
    others = Bulletin.objects.exclude(series=Bulletin.Series.MONTHLY).order_by("series")
    assert list(others.values_list("series", "state", "document_number")) == [
        ("quarterly", "issued", "云营商办季通报〔2023〕1号"),
        ("special", "issued", "云营商办专项通报〔2023〕1号"),
    ]
    assert all(row.content_hash == hash_of(row) for row in others)
    assert list(WorkReport.objects.values_list("months", "state")) == [(6, "final")]
    assert Assessment.objects.get().state == "provisional"
    assert list(Objection.objects.values_list("state", flat=True)) == ["upheld", "pending"]


def counts():
    return [model.objects.count() for model in (WorkItem, ProgressReport, Bulletin, AuditEvent, User)]


def test_a_second_call_changes_nothing(sample):
    before = counts()
    assert sample.loaded
    assert not load_sample(TODAY + timedelta(days=1)).loaded
    assert counts() == before


@pytest.mark.parametrize("period", [Period(date(2023, 10, 1)), Period(date(2023, 9, 1), 3)])
def test_rows_read_all_at_once_are_those_read_one_by_one(sample, period):
    office = User.objects.get(username="shenruoning")
    asked = [figure for figure in figures_of(period).values() if figure.rows and figure.compute(period)]
    assert len(asked) > 500
    for figure in asked:
        assert figure.rows(period, None) == figure.rows(period, office), figure.key


@pytest.mark.parametrize("run", [(date(2023, 10, 1), 1), (date(2023, 9, 1), 3)])
def test_figures_counted_on_their_rows_are_those_counted_by_the_database(sample, run):
    assert values_of(RowPeriod(*run), compare=False) == values_of(Period(*run), compare=False)


def test_freezing_the_rows_of_two_hundred_figures_asks_a_few_times(sample, django_assert_max_num_queries):
    period = Period(date(2023, 10, 1))
    draft = Bulletin.objects.get(series=Bulletin.Series.MONTHLY, month=date(2023, 10, 1))
    with django_assert_max_num_queries(30):
        found = rows_behind(draft, period)
    assert len(found["figures"]) > 200
