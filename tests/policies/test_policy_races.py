"""Two people at the same moment: exactly one of them does it, and the money goes out once."""

import threading
import time
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from policies.models import ExclusiveGroup, Payout, PayoutBatch, Proposal
from policies.services import payout_workbook, payouts
from policies.services.matching import nightly_match
from policies.services.payouts import Candidate
from policies.services.proposals import (
    Answer,
    answer_by_link,
    confirm_proposals,
    dismiss_proposals,
    notify_enterprise,
)
from portal.errors import Refused
from portal.models import AuditEvent, WorkbookImport
from portal.workbooks import write_workbook
from tests.conftest import TODAY
from tests.factories import UserFactory
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory
from tests.indicators.test_report_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = Decimal(50_000)


@pytest.fixture
def people():
    first = UserFactory(roles=["liaison"])
    return first, UserFactory(organisation=first.organisation, roles=["liaison"])


@pytest.fixture
def item(people):
    return ItemFactory(organisation=people[0].organisation)


@pytest.fixture
def holder():
    return KnownEnterpriseFactory(labels={"industry_above": date(2022, 1, 1)})


def refusals(results):
    return [result for result in results if isinstance(result, Refused)]


def entering(people, rows):
    """Return for each person the act of entering a payment in a batch of one's own."""
    batches = [
        payouts.create_batch(person.organisation, "批次", actor=person, today=TODAY) for person in people
    ]
    return [
        lambda batch=batch, person=person, row=row: payouts.add_payouts(batch, [row], actor=person)
        for batch, person, row in zip(batches, people, rows, strict=True)
    ]


def test_the_same_payment_is_entered_once(people, item, holder):
    rows = [Candidate(item.current, holder, FIFTY, TODAY)] * 2
    assert len(refusals(at_once(*entering(people, rows)))) == 1
    assert Payout.objects.count() == 1


def test_two_awards_of_a_group_are_not_both_entered_in_full(people, holder):
    group = ExclusiveGroup.objects.create(code="g", name="科技创新奖励")
    items = [
        ItemFactory(organisation=people[0].organisation, version__group=group, version__title=f"第{n}项")
        for n in (1, 2)
    ]
    rows = [Candidate(item.current, holder, FIFTY, TODAY) for item in items]
    assert len(refusals(at_once(*entering(people, rows)))) == 1
    assert Payout.objects.count() == 1


@pytest.fixture
def approved(people, item, holder):
    """An approved batch of two payments."""
    head = UserFactory(organisation=people[0].organisation, roles=["unit_head"])
    second = KnownEnterpriseFactory(labels={"industry_above": date(2022, 1, 1)})
    batch = payouts.create_batch(head.organisation, "批次", actor=people[0], today=TODAY)
    rows = [Candidate(item.current, enterprise, FIFTY, TODAY) for enterprise in (holder, second)]
    payouts.add_payouts(batch, rows, actor=people[0])
    payouts.submit_batch(batch, actor=people[0], today=TODAY, edit=batch.edit)
    payouts.approve_batch(batch, actor=head, today=TODAY, edit=batch.edit)
    return batch


def test_a_batch_is_paid_once(people, approved):
    def pay(person):
        row = PayoutBatch.objects.get(pk=approved.pk)
        return lambda: payouts.pay_batch(row, actor=person, paid_on=TODAY, today=TODAY)

    assert len(refusals(at_once(*(pay(person) for person in people)))) == 1
    assert AuditEvent.objects.filter(action="batch.pay").count() == 1
    assert list(Payout.objects.values_list("paid_on", flat=True)) == [TODAY, TODAY]


@pytest.mark.chaos
def test_a_batch_broken_off_in_the_middle_is_paid_whole_the_next_time(people, approved):
    failures = []

    def pay():
        try:
            payouts.pay_batch(approved, actor=people[0], paid_on=TODAY, today=TODAY)
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    paying = threading.Thread(target=pay)
    with transaction.atomic():
        # One payment of the batch is held fast, so that paying gets half-way and waits.
        Payout.objects.select_for_update().get(pk=Payout.objects.latest("pk").pk)
        paying.start()
        assert break_off_who_waits()
        paying.join()
    assert len(failures) == 1
    approved.refresh_from_db()
    assert (approved.state, set(Payout.objects.values_list("paid_on", flat=True))) == ("approved", {None})
    payouts.pay_batch(approved, actor=people[1], paid_on=TODAY, today=TODAY)
    assert list(Payout.objects.values_list("paid_on", flat=True)) == [TODAY, TODAY]
    assert AuditEvent.objects.filter(action="batch.pay").count() == 1


def break_off_who_waits():
    """End the one connection to this database that waits for a lock; tell whether there was one within ten seconds."""
    waiting = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            # Within a transaction the server shows the same picture of activity until told otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone():
                return True
        time.sleep(0.05)
    return False


def test_a_payment_is_reversed_once(people, item, holder):
    heads = [UserFactory(organisation=people[0].organisation, roles=["unit_head"]) for _ in range(2)]
    batch = payouts.create_batch(heads[0].organisation, "批次", actor=people[0], today=TODAY)
    payouts.add_payouts(batch, [Candidate(item.current, holder, FIFTY, TODAY)], actor=people[0])
    payouts.submit_batch(batch, actor=people[0], today=TODAY, edit=batch.edit)
    payouts.approve_batch(batch, actor=heads[0], today=TODAY, edit=batch.edit)
    payouts.pay_batch(batch, actor=people[0], paid_on=TODAY, today=TODAY)
    payout = Payout.objects.get()
    results = at_once(
        *(lambda head=head: payouts.reverse_payout(payout, "错付", actor=head, today=TODAY) for head in heads)
    )
    assert len(refusals(results)) == 1
    assert sum(Payout.objects.values_list("amount", flat=True)) == 0


def test_a_proposal_is_confirmed_and_answered_once(people, item, holder):
    nightly_match(TODAY)
    rows = [Proposal.objects.get() for _ in people]
    results = at_once(
        *(
            lambda row=row, person=person: confirm_proposals([row], actor=person)
            for row, person in zip(rows, people, strict=True)
        )
    )
    assert sorted(len(result.done) for result in results) == [0, 1]
    link = notify_enterprise(Proposal.objects.get(), actor=people[0], today=TODAY)
    answer = Answer(contact="王建国", phone="13800000000", promised=True)
    results = at_once(*(lambda: answer_by_link(link.token, answer, today=TODAY) for _ in range(2)))
    assert len(refusals(results)) == 1
    assert AuditEvent.objects.filter(action="proposal.agree").count() == 1


def test_a_proposal_is_confirmed_or_dismissed_but_not_both(people, item, holder):
    nightly_match(TODAY)
    first, second = Proposal.objects.get(), Proposal.objects.get()
    results = at_once(
        lambda: confirm_proposals([first], actor=people[0]),
        lambda: dismiss_proposals([second], "已迁出", actor=people[1]),
    )
    # Whoever is confirmed may still be dismissed, but only by somebody who has seen it.
    assert sorted(len(result.done) for result in results) == [0, 1]
    assert AuditEvent.objects.filter(action__in=["proposal.confirm", "proposal.dismiss"]).count() == 1


def test_a_proposal_is_dismissed_once_with_one_reason(people, item, holder):
    nightly_match(TODAY)
    rows = [(person, Proposal.objects.get()) for person in people]
    results = at_once(
        *(
            lambda person=person, row=row: dismiss_proposals([row], f"{person.username}核实", actor=person)
            for person, row in rows
        )
    )
    (done,) = [row for result in results for row in result.done]
    assert Proposal.objects.get().note == done.note
    assert AuditEvent.objects.get(action="proposal.dismiss").note == done.note


def uploaded(item, enterprises, person):
    target = BytesIO()
    rows = [
        {
            "credit_code": enterprise.credit_code,
            "item": item.number,
            "amount": FIFTY,
            "paid_on": date(2023, 10, 20),
        }
        for enterprise in enterprises
    ]
    write_workbook(target, payout_workbook.payout_sheet(), rows, heading="台账", subtitle="测试")
    file = SimpleUploadedFile("兑现.xlsx", target.getvalue())
    return payout_workbook.check_payout_workbook(item.organisation, file, actor=person, today=TODAY)


@pytest.mark.parametrize("uploads", [1, 2])
def test_a_payout_workbook_imported_twice_is_entered_once(people, item, holder, uploads, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    enterprises = [holder, KnownEnterpriseFactory(labels={"industry_above": date(2022, 1, 1)})]
    tokens = [uploaded(item, enterprises, people[0]).token for _ in range(uploads)]

    def apply(token, person):
        row = WorkbookImport.objects.get(token=token)
        return lambda: payout_workbook.apply_payout_workbook(row, actor=person, today=TODAY)

    pairs = zip(tokens * (2 // uploads), people, strict=True)
    results = at_once(*(apply(token, person) for token, person in pairs))
    # The same upload confirmed twice does nothing the second time; the same file in two uploads is refused.
    assert len([result for result in results if isinstance(result, PayoutBatch)]) == 1
    assert (len(refusals(results)), results.count(None)) == ((1, 0) if uploads == 2 else (0, 1))
    assert Payout.objects.count() == len(enterprises)
    assert PayoutBatch.objects.count() == 1


def test_two_nightly_runs_at_once_propose_once(people, item, holder):
    assert len(at_once(*(lambda: nightly_match(TODAY) for _ in range(2)))) == 2
    assert Proposal.objects.count() == 1
    assert item.verdicts.count() == 1
