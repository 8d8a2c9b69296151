"""政策找企业: match, propose, confirm, tell, answer, review."""

import base64
from datetime import timedelta
from decimal import Decimal

import pytest

from policies.conditions import read_tree
from policies.criteria import Verdict
from policies.models import Application, Proposal
from policies.selectors.matching import enterprises_by, explain, match_counts, near_misses, preview
from policies.services import proposals as services
from policies.services.applicants import read_applicant, rewrap_applications
from policies.services.matching import match_item, nightly_match
from policies.services.proposing import propose
from policies.services.publishing import publish_item, take_item_step
from portal.errors import Refused
from portal.models import AuditEvent, Notification
from tests.conftest import TODAY
from tests.factories_policies import ABOVE, ItemFactory, KnownEnterpriseFactory, VersionFactory

pytestmark = pytest.mark.django_db
ANSWER = services.Answer(contact="王建国", phone="13800000000", account="6222", promised=True)


@pytest.fixture
def proposal(item, holder):
    nightly_match(TODAY)
    return Proposal.objects.get()


@pytest.fixture
def link(proposal, liaison):
    services.confirm_proposals([proposal], actor=liaison)
    proposal.refresh_from_db()
    return services.notify_enterprise(proposal, actor=liaison, today=TODAY)


def test_the_night_proposes_once_whom_it_finds(item, holder):
    assert "新提出 1" in nightly_match(TODAY)
    assert "新提出 0、失效 0" in nightly_match(TODAY)
    row = Proposal.objects.get()
    assert (row.enterprise, row.state, row.amount) == (holder, "proposed", Decimal(50_000))
    assert row.calculation == [["定额", "每家 5 万元", "50000"]]
    assert match_counts([item.current_id])[item.current_id].met == 1


def test_a_proposal_that_no_longer_fits_lapses_and_comes_back(proposal, holder):
    holder.labels.update(valid_to=TODAY - timedelta(days=1))
    nightly_match(TODAY)
    proposal.refresh_from_db()
    assert proposal.state == "lapsed"
    holder.labels.update(valid_to=None)
    nightly_match(TODAY)
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_nothing_is_proposed_of_an_item_that_stopped(proposal, item, officer):
    take_item_step(item, "suspend", actor=officer, today=TODAY, note="资金未到位")
    assert propose(TODAY).lapsed == 1


def test_an_answered_proposal_stays_when_the_item_changes(link, item, officer, liaison):
    row = services.answer_by_link(link.token, ANSWER, today=TODAY)
    old = item.current
    draft = VersionFactory(
        item=item, number=2, published_at=None, conditions={"kind": "size", "values": ["large"]}
    )
    publish_item(item, actor=officer, today=TODAY, edit=draft.edit)
    match_item(item, actor=officer, today=TODAY)
    propose(TODAY)
    row.refresh_from_db()
    assert (row.state, row.version) == ("agreed", old)


def test_the_enterprise_agrees_by_its_link_once(link, liaison):
    row = services.answer_by_link(link.token, ANSWER, today=TODAY)
    assert row.state == "agreed"
    assert Notification.objects.filter(recipient=liaison, text__contains="请审核").count() == 1
    with pytest.raises(Refused, match="链接已失效"):
        services.answer_by_link(link.token, ANSWER, today=TODAY)


def test_of_link_and_contact_nothing_can_be_read_in_the_database(link):
    services.answer_by_link(link.token, ANSWER, today=TODAY)
    kept = str(list(Proposal.objects.values())) + str(list(Application.objects.values()))
    kept += str(list(AuditEvent.objects.values("changes", "note", "object_label")))
    assert not [secret for secret in (link.token, "王建国", "13800000000", "6222") if secret in kept]


def test_a_link_ends_with_its_last_day_and_with_a_new_one(link, liaison):
    until = TODAY + timedelta(days=15)
    assert services.open_link(link.token, today=until) == link.proposal
    for token, day in ((link.token, until + timedelta(days=1)), ("guessed", TODAY), ("", TODAY)):
        with pytest.raises(Refused, match="链接已失效"):
            services.open_link(token, today=day)
    renewed = services.notify_enterprise(link.proposal, actor=liaison, today=TODAY)
    with pytest.raises(Refused):
        services.open_link(link.token, today=TODAY)
    assert services.open_link(renewed.token, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"promised": False}, "先勾选承诺"), ({"contact": " "}, "联系人"), ({"phone": ""}, "联系电话")],
)
def test_an_answer_that_lacks_something_is_refused_and_the_link_holds(link, changes, sentence):
    answer = services.Answer(**{"contact": "王", "phone": "1", "promised": True, **changes})
    with pytest.raises(Refused, match=sentence):
        services.answer_by_link(link.token, answer, today=TODAY)
    assert services.open_link(link.token, today=TODAY)


def test_an_application_needs_its_materials(unit, holder, liaison):
    item = ItemFactory(organisation=unit, version__mode="timed", version__materials=[{"name": "审计报告"}])
    with pytest.raises(Refused, match="还缺申报材料：审计报告"):
        services.apply_directly(item, holder, ANSWER, actor=liaison, today=TODAY, period="")
    whole = services.Answer(contact="王", phone="1", promised=True, materials={"审计报告": ""})
    row = services.apply_directly(item, holder, whole, actor=liaison, today=TODAY, period="")
    assert row.state == "applied"
    back = services.return_application(row, "报告缺页", actor=liaison, today=TODAY)
    row = services.answer_by_link(back.token, whole, today=TODAY)
    assert (row.state, row.application.round) == ("applied", 2)


def test_whoever_confirmed_the_list_does_not_review(link, liaison, colleague):
    row = services.answer_by_link(link.token, ANSWER, today=TODAY)
    with pytest.raises(Refused, match="由本单位其他人审核"):
        services.pass_review(row, actor=liaison, amount=Decimal(50_000))
    with pytest.raises(Refused, match="不一致，请写明原因"):
        services.pass_review(row, actor=colleague, amount=Decimal(40_000))
    assert services.pass_review(row, actor=colleague, amount=Decimal(50_000)).state == "reviewed"


def test_nobody_of_another_unit_moves_a_proposal(proposal, outsider, leader, inspector):
    for person in (outsider, leader, inspector):
        assert "没有此项权限" in services.confirm_proposals([proposal], actor=person).refused[0]
    assert not Proposal.objects.visible_to(outsider).exists()


def test_a_proposal_is_confirmed_once(proposal, liaison, colleague):
    again = Proposal.objects.get()
    assert services.confirm_proposals([proposal], actor=liaison).done
    assert "刚被他人处理过" in services.confirm_proposals([again], actor=colleague).refused[0]
    assert AuditEvent.objects.filter(action="proposal.confirm").count() == 1


def test_a_dismissed_proposal_says_why_tells_nobody_and_stays_dismissed(proposal, liaison, officer, outsider):
    assert "须写明原因" in services.dismiss_proposals([proposal], " ", actor=liaison).refused[0]
    assert "没有此项权限" in services.dismiss_proposals([proposal], "已迁出", actor=outsider).refused[0]
    assert services.dismiss_proposals([proposal], "经核实已迁出本县", actor=liaison).done
    nightly_match(TODAY)
    row = Proposal.objects.visible_to(officer).get()
    assert (row.state, row.note, row.notified_at, row.link_digest) == (
        "dismissed",
        "经核实已迁出本县",
        None,
        None,
    )
    event = AuditEvent.objects.get(action="proposal.dismiss")
    assert (event.actor, event.note) == (liaison, "经核实已迁出本县")
    with pytest.raises(Refused, match="目前“不予确认”"):
        services.notify_enterprise(row, actor=liaison, today=TODAY)
    assert not Notification.objects.exists()


def test_the_preview_says_how_many_fit_and_what_keeps_the_others_out(holder):
    KnownEnterpriseFactory(labels={"industry_above": TODAY}, facts={"revenue": 100})
    KnownEnterpriseFactory(labels={"industry_above": TODAY}, facts={"revenue": 3000})
    rich = {"kind": "fact", "fact": "revenue", "op": "at_least", "value": 2000, "unit": "万元"}
    tree = read_tree({"kind": "all", "of": [ABOVE, rich]})
    found = preview(tree, TODAY)
    assert (found.met, found.not_met, found.unknown) == (1, 1, 1)
    label, revenue = found.obstacles
    assert (label.not_met, revenue.not_met, revenue.unknown, revenue.alone) == (0, 1, 1, 2)
    # The one whose revenue nobody knows is not near: it may have it all.
    assert near_misses(tree, TODAY).get().facts.get().value == 100
    assert enterprises_by(tree, Verdict.UNKNOWN, TODAY).get() == holder


def test_one_enterprise_is_explained_with_its_amount(item, holder):
    found = explain(item.current, holder, TODAY)
    assert (found.verdict, found.calculation.amount) == (Verdict.MET, Decimal(50_000))
    other = explain(item.current, KnownEnterpriseFactory(), TODAY)
    assert (other.explanation.gaps, other.calculation) == (("规上工业认定",), None)


def test_an_enterprise_that_was_paid_is_not_proposed_again(item, holder, payout_of):
    payout_of(item, holder)
    nightly_match(TODAY)
    assert not Proposal.objects.exists()


def test_only_the_lead_unit_reads_the_contact_and_each_look_is_on_record(link, liaison, officer):
    row = services.answer_by_link(link.token, ANSWER, today=TODAY)
    assert read_applicant(row.application, actor=liaison).phone == "13800000000"
    assert AuditEvent.objects.filter(action="proposal.contact").count() == 1
    with pytest.raises(Refused):
        read_applicant(row.application, actor=officer)


def test_a_new_key_takes_over_what_enterprises_filled_in(link, liaison, settings):
    row = services.answer_by_link(link.token, ANSWER, today=TODAY)
    old, new = settings.FIELD_KEYS, base64.urlsafe_b64encode(bytes(range(32))).decode()
    settings.FIELD_KEYS = f"k9:{new},{old}"
    assert (rewrap_applications(), rewrap_applications()) == (3, 0)
    settings.FIELD_KEYS = f"k9:{new}"
    row.application.refresh_from_db()
    assert read_applicant(row.application, actor=liaison).contact == "王建国"
