"""Proposals of an exclusive group: 就高 or 一次 per period; whoever is left out says why, and comes back."""

from datetime import date
from decimal import Decimal

import pytest

from policies.models import ExclusiveGroup, Payout, Proposal
from policies.selectors.match_pages import enterprise_matches
from policies.selectors.self_check import fits, full_profile
from policies.services.matching import nightly_match
from policies.services.payouts import reverse_payout
from policies.services.proposals import (
    Answer,
    answer_by_link,
    confirm_proposals,
    dismiss_proposals,
    notify_enterprise,
    reject_application,
)
from portal.models import AuditEvent
from tests.conftest import TODAY
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory, VersionFactory

pytestmark = pytest.mark.django_db
ANSWER = Answer(contact="王建国", phone="13800000000", account="6222", promised=True)
TEN, SIXTY = Decimal(100_000), Decimal(600_000)


@pytest.fixture
def group(db):
    return ExclusiveGroup.objects.create(code="keji", name="科技创新奖励", rule="highest", repeat="once")


@pytest.fixture
def pair(unit, group):
    """Two items of the group, of 10 and of 60 万元, for whoever is 规上工业."""

    def item(title, amount):
        return ItemFactory(
            organisation=unit,
            version__group=group,
            version__title=title,
            version__amount={"kind": "fixed", "amount": amount},
        )

    return item("高新技术企业奖励", 100_000), item("小巨人企业奖励", 600_000)


def rows():
    """Return the proposals by title: state, amount and note."""
    found = Proposal.objects.select_related("version")
    return {row.version.title: (row.state, row.amount, row.note) for row in found}


RULED_OUT = "“科技创新奖励”就高不重复，按“小巨人企业奖励”60 万元兑现"


def test_sixty_not_seventy_wherever_it_is_settled(pair, holder, liaison):
    nightly_match(TODAY)
    assert rows() == {
        "小巨人企业奖励": ("proposed", SIXTY, ""),
        "高新技术企业奖励": ("yielded", TEN, RULED_OUT),
    }
    found = {
        row.explained.version.title: (row.granted, row.settled)
        for row in enterprise_matches(holder, TODAY, liaison)
    }
    assert found == {"小巨人企业奖励": (SIXTY, ""), "高新技术企业奖励": (0, RULED_OUT)}
    checked = fits(full_profile(holder, TODAY))
    assert checked.total == SIXTY
    assert {row.version.title: (row.granted, row.settled) for row in checked.rows} == found


def test_a_second_night_changes_nothing(pair, holder):
    nightly_match(TODAY)
    before = list(Proposal.objects.values())
    assert "新提出 0、失效 0、同组不重复 0" in nightly_match(TODAY)
    assert list(Proposal.objects.values()) == before


def test_a_higher_award_takes_the_place_of_one_the_enterprise_has_not_been_told(
    pair, holder, liaison, unit, group
):
    _low, high = pair
    type(high).objects.filter(pk=high.pk).update(state="suspended")
    nightly_match(TODAY)
    assert confirm_proposals(Proposal.objects.all(), actor=liaison).done
    assert rows() == {"高新技术企业奖励": ("confirmed", TEN, "")}
    type(high).objects.filter(pk=high.pk).update(state="published")
    assert "新提出 1、失效 0、同组不重复 1" in nightly_match(TODAY)
    assert rows()["高新技术企业奖励"] == ("yielded", TEN, RULED_OUT)
    assert AuditEvent.objects.get(action="proposal.yield").note == RULED_OUT


def test_while_one_is_under_way_no_other_is_proposed_and_after_it_only_the_difference(
    pair, holder, liaison, payout_of
):
    low, high = pair
    type(high).objects.filter(pk=high.pk).update(state="suspended")
    nightly_match(TODAY)
    confirm_proposals(Proposal.objects.all(), actor=liaison)
    link = notify_enterprise(Proposal.objects.get(), actor=liaison, today=TODAY)
    type(high).objects.filter(pk=high.pk).update(state="published")
    nightly_match(TODAY)
    waiting = ("yielded", SIXTY, "“科技创新奖励”就高不重复，“高新技术企业奖励”正在办理")
    assert rows()["小巨人企业奖励"] == waiting
    row = answer_by_link(link.token, ANSWER, today=TODAY)
    nightly_match(TODAY)
    assert rows()["小巨人企业奖励"] == waiting
    payout_of(low, holder, amount=TEN, paid_on=TODAY)
    Proposal.objects.filter(pk=row.pk).update(state="paid", reviewed_at="2023-11-08T00:00Z")
    nightly_match(TODAY)
    state, amount, note = rows()["小巨人企业奖励"]
    assert (state, amount) == ("proposed", SIXTY - TEN)
    assert note == "“科技创新奖励”就高不重复，已兑现 10 万元，补差额 50 万元"
    assert Proposal.objects.get(item=high).calculation[-1] == ["同组已兑现", "补差额", "500000.00"]


def test_a_lower_award_after_the_higher_was_paid_is_kept_with_the_reason(pair, holder, payout_of, unit_head):
    _low, high = pair
    payout_of(high, holder, amount=SIXTY, paid_on=TODAY)
    nightly_match(TODAY)
    assert rows() == {
        "高新技术企业奖励": ("yielded", TEN, "“科技创新奖励”就高不重复，已兑现 60 万元，补差额 0 元")
    }
    reverse_payout(Payout.objects.get(), "错付", actor=unit_head, today=TODAY)
    nightly_match(TODAY)
    assert {title: row[0] for title, row in rows().items()} == {
        "小巨人企业奖励": "proposed",
        "高新技术企业奖励": "yielded",
    }


@pytest.mark.parametrize("refusal", ["dismissed", "rejected"])
def test_what_was_left_out_comes_back_when_the_other_is_refused(pair, holder, liaison, refusal):
    nightly_match(TODAY)
    first = Proposal.objects.filter(state="proposed")
    if refusal == "dismissed":
        dismiss_proposals(first, "已迁出", actor=liaison)
    else:
        confirm_proposals(first, actor=liaison)
        link = notify_enterprise(Proposal.objects.get(state="confirmed"), actor=liaison, today=TODAY)
        row = answer_by_link(link.token, ANSWER, today=TODAY)
        reject_application(row, "材料不实", actor=liaison)
    nightly_match(TODAY)
    found = rows()
    assert found["小巨人企业奖励"][0] == refusal
    assert found["高新技术企业奖励"] == ("proposed", TEN, "")


def test_once_means_the_first_and_no_second(pair, holder, group, payout_of):
    group.rule = "once"
    group.save()
    _low, high = pair
    nightly_match(TODAY)
    ruled_out = ("yielded", SIXTY, "“科技创新奖励”只享受一次，已按“高新技术企业奖励”兑现")
    assert rows() == {"高新技术企业奖励": ("proposed", TEN, ""), "小巨人企业奖励": ruled_out}
    Proposal.objects.all().delete()
    payout_of(high, holder, amount=SIXTY, paid_on=TODAY)
    nightly_match(TODAY)
    assert rows() == {
        "高新技术企业奖励": ("yielded", TEN, "“科技创新奖励”只享受一次，已按“小巨人企业奖励”兑现")
    }


def test_a_yearly_group_excludes_within_the_year_only(pair, holder, group, payout_of):
    group.repeat = "yearly"
    group.save()
    _low, high = pair
    payout_of(high, holder, amount=SIXTY, paid_on=date(2022, 6, 1))
    nightly_match(TODAY)
    assert rows() == {"高新技术企业奖励": ("proposed", TEN, "")}


def test_an_amount_that_is_not_known_yet_ranks_behind_one_that_is(pair, holder):
    _low, high = pair
    rate = {"kind": "rate", "base": "rd_expense", "rate": "10", "cap": 700_000}
    high.current = VersionFactory(
        item=high, number=2, group=high.current.group, title="研发投入奖励", amount=rate
    )
    high.save()
    nightly_match(TODAY)
    assert {title: row[:2] for title, row in rows().items()} == {
        "高新技术企业奖励": ("proposed", TEN),
        "研发投入奖励": ("yielded", None),
    }


def test_one_left_out_lapses_when_it_no_longer_fits(pair, holder):
    nightly_match(TODAY)
    holder.labels.update(valid_to=date(2023, 11, 7))
    nightly_match(TODAY)
    assert {row[0] for row in rows().values()} == {"lapsed"}
    KnownEnterpriseFactory(labels={"industry_above": TODAY})
    holder.labels.update(valid_to=None)
    nightly_match(TODAY)
    assert sorted(row.state for row in Proposal.objects.all()) == [
        "proposed",
        "proposed",
        "yielded",
        "yielded",
    ]
