"""The policies of the sample: the source's totals exactly, and every payment one that the portal would let through."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import BytesIO

from django.db import transaction
from python_calamine import CalamineWorkbook

from policies.amounts import calculate, read_rule
from policies.conditions import evaluate, read_tree
from policies.criteria import Verdict as Answer
from policies.matching.reading import profiles_of
from policies.models import Budget, Payout, PayoutBatch, PolicyItem, Proposal
from policies.services.payouts import find_problems
from policies.services.payouts.checks import Candidate
from policies.services.payouts.sealing import verify_batch
from policies.services.publishing import publish_problems
from portal.models import User
from reports.figures import Period, values_of
from reports.selectors.policies import policy_statistics

TODAY = date(2023, 11, 10)
OCTOBER = date(2023, 10, 1)


def paid():
    rows = Payout.objects.filter(paid_on__isnull=False).order_by("paid_on", "pk")
    return rows.select_related(
        "version__group", "version__item__organisation", "version__item__policy", "enterprise__town", "item"
    )


def test_the_totals_are_the_sources(sample):
    values = values_of(Period(OCTOBER), compare=False)
    wanted = {
        "policies.items": 70,
        "policies.items.automatic": 45,
        "policies.items.instant": 25,
        "policies.paid_yuan": Decimal("36795000.00"),
        "policies.paid_10k_yuan": Decimal("3679.50"),
        "policies.paid_enterprises": 1435,
        "policies.payouts": paid().count(),
    }
    assert {key: values[key].value for key in wanted} == wanted


def test_the_listed_amounts_and_groups_are_those_of_the_source(sample):
    rows = PolicyItem.objects.filter(policy__title__contains="十八条").select_related("current__group")
    assert rows.count() == 28
    group = [row.current for row in rows if row.current.group_id]
    assert Counter(version.group.name for version in group) == {"科技创新奖励": 9}
    amounts = {row.current.title: read_rule(row.current.amount).most for row in rows}
    assert amounts["国家专精特新小巨人企业奖励"] == 600_000
    assert amounts["借壳上市且注册地迁入奖励"] == 5_000_000
    assert amounts["新设立企业免费刻制首套印章"] == 0


def test_every_item_could_be_published_as_it_is(sample):
    wrong = {
        row.number: problems
        for row in PolicyItem.objects.select_related("current__item__policy")
        if (problems := publish_problems(row.current, TODAY))
    }
    assert wrong == {}


def test_everybody_paid_had_qualified_on_the_day_for_the_amount_paid(sample):
    by_day = {}
    for row in paid():
        by_day.setdefault(row.paid_on, []).append(row)
    wrong = []
    for day, rows in by_day.items():
        for row, profile in zip(rows, profiles_of([row.enterprise for row in rows], day), strict=True):
            met = evaluate(read_tree(row.version.conditions), profile).verdict == Answer.MET
            if not met or calculate(read_rule(row.version.amount), profile).amount != row.amount:
                wrong.append(str(row))
    assert wrong == []


def test_the_portals_own_checks_would_have_let_every_payment_in(sample):
    """Batch by batch in the order of their days, each against what had been paid before."""
    by_batch = {}
    for row in paid():
        by_batch.setdefault((row.paid_on, row.batch_id), []).append(row)
    found = []
    with transaction.atomic():
        Payout.objects.update(voided_at="2023-11-10T00:00Z")
        for (on, batch), rows in by_batch.items():
            candidates = [Candidate(row.version, row.enterprise, row.amount, on, row.period) for row in rows]
            found += [one.sentence for problems in find_problems(candidates) for one in problems]
            Payout.objects.filter(batch=batch).update(voided_at=None)
        transaction.set_rollback(True)
    assert found == []


def test_each_paid_batch_is_sealed_and_was_approved_by_other_hands(sample):
    batches = PayoutBatch.objects.filter(state="paid")
    assert [str(batch) for batch in batches if verify_batch(batch)] == []
    for batch in batches:
        hands = {batch.created_by_id, batch.submitted_by_id}
        hands |= set(batch.payouts.values_list("proposal__reviewed_by", flat=True))
        assert hands.isdisjoint(batch.approvals.values_list("person", flat=True))


def test_there_is_work_in_every_state_and_a_budget_near_its_end(sample):
    states = set(Proposal.objects.values_list("state", flat=True))
    assert states >= {
        "proposed",
        "confirmed",
        "notified",
        "agreed",
        "applied",
        "reviewed",
        "paid",
        "rejected",
    }
    assert set(PayoutBatch.objects.values_list("state", flat=True)) == {"draft", "submitted", "paid"}
    assert set(Budget.objects.values_list("warned_percent", flat=True)) == {0, 70, 90}


def test_page_workbook_figures_and_api_say_the_same_number(sample, client, on_the_day):
    found = policy_statistics(Period(OCTOBER))
    assert (found.block.paid, found.block.now.enterprises) == (Decimal("3679.50"), 1435)
    assert sum(row.paid for row in found.units) == found.block.paid
    client.force_login(User.objects.get(name="沈若宁"))
    page = client.get("/statistics/policies/?period=2023-10").content.decode()
    assert "3,679.5" in page
    file = client.get("/statistics/policies/export/?period=2023-10")
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(file.streaming_content)))
    total = next(row for row in book.get_sheet_by_index(0).to_python() if row[0] == "合计")
    assert (Decimal(str(total[3])), total[5]) == (Decimal("3679.5"), 1435)
    figures = client.get("/api/v1/figures/", {"period": "2023-10"}).json()
    rows = figures["results"] if isinstance(figures, dict) else figures
    api = {row["key"]: row["value"] for row in rows}
    assert Decimal(str(api["policies.paid_yuan"])) == Decimal("36795000")
