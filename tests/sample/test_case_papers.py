"""The papers of the sample's cases: numbered without a gap, kept as they read on their day."""

import pytest

from complaints.kinds import PaperKind
from complaints.models import CaseEvent, Complaint, Escalation, Identity, Paper
from complaints.sealing import open_person
from complaints.services.papers import issue_paper, paper_of, printed_number
from portal.models import AuditEvent, NumberSeries, User

pytestmark = pytest.mark.django_db
KINDS = (PaperKind.ACCEPTANCE, PaperKind.DECLINE, PaperKind.REPLY)


def papers(kind):
    return Paper.objects.filter(kind=kind).select_related("complaint").order_by("pk")


def test_who_came_in_person_or_on_paper_was_answered_on_paper_and_every_refusal_is(sample):
    counts = {kind: papers(kind).count() for kind in KINDS}
    assert 40 <= counts["acceptance"] <= 120
    assert 30 <= counts["reply"] <= counts["acceptance"]
    declined = Complaint.objects.filter(state="declined", is_anonymous=False)
    assert counts["decline"] == declined.count() >= 4
    assert not Paper.objects.filter(complaint__is_anonymous=True).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_run_in_the_order_of_time_and_the_next_one_follows(sample, kind):
    rows = list(papers(kind))
    assert [row.number for row in rows] == [printed_number(kind, 2023, n + 1) for n in range(len(rows))]
    assert [row.issued_on for row in rows] == sorted(row.issued_on for row in rows)
    case = (
        {
            PaperKind.ACCEPTANCE: Complaint.objects.exclude(accepted_on=None),
            PaperKind.DECLINE: Complaint.objects.filter(state="declined"),
            PaperKind.REPLY: Complaint.objects.filter(replies__state="passed", round=1),
        }[kind]
        .exclude(papers__kind=kind)
        .first()
    )
    if case is not None:
        officer = User.objects.get(username="shenruoning")
        taken = issue_paper(case, kind, actor=officer, today=rows[-1].issued_on)
        assert taken.number == printed_number(kind, 2023, len(rows) + 1)


def test_a_paper_says_what_held_on_its_day(sample):
    for row in papers(PaperKind.ACCEPTANCE):
        assert row.issued_on == row.complaint.accepted_on
    for row in papers(PaperKind.DECLINE):
        kept = paper_of(
            row.complaint, PaperKind.DECLINE, number=row.number, actor=row.issued_by, on=row.issued_on
        )
        assert row.document == kept.document
    for row in papers(PaperKind.REPLY):
        assert row.complaint.replies.filter(state="passed", reviewed_at__date=row.issued_on).exists()


def test_each_paper_stands_in_the_history_and_in_the_audit_trail(sample):
    numbered = Paper.objects.exclude(kind=PaperKind.SUPERVISE)
    numbers = set(numbered.values_list("number", flat=True))
    told = CaseEvent.objects.filter(action="paper").values_list("text", flat=True)
    assert {text.split(" ")[0] for text in told} == numbers
    trail = AuditEvent.objects.filter(action="complaint.paper")
    assert set(trail.values_list("note", flat=True)) == numbers
    assert len(told) == len(trail) == len(numbers) == numbered.count()


def test_no_paper_names_the_person_or_the_phone(sample):
    people = {row.complaint_id: open_person(row) for row in Identity.objects.all()}
    for row in Paper.objects.all():
        text, person = str(row.document), people.get(row.complaint_id)
        assert person is None or (person.name not in text and person.phone not in text)


def test_the_letter_of_supervision_is_kept_and_its_number_is_taken(sample):
    letter = Escalation.objects.get(state="issued")
    assert letter.paper.number == letter.number == printed_number(PaperKind.SUPERVISE, 2023, 1)
    assert NumberSeries.objects.get(series="complaints.escalation", year=2023).value == 1
