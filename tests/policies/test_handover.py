"""An item passes from one unit to another; what was closed before stays with the former."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from policies.models import ItemHandover, PolicyItem, PolicyItemVersion, Proposal
from policies.selectors.counts import Span, batches_behind, items_behind, policy_counts
from policies.selectors.figure_marks import batches_of_year, item_marks, payment_marks
from policies.selectors.figures import unit_figures
from policies.selectors.places import Part
from policies.services.catalogue import save_draft
from policies.services.handover import hand_over_item
from policies.services.matching import nightly_match
from policies.services.payouts import Candidate, add_payouts, approve_batch, create_batch, submit_batch
from policies.services.proposals import confirm_proposals
from portal.errors import Refused
from portal.models import AuditEvent, Notification, Organisation
from portal.selectors.audit import action_label
from tests.conftest import TODAY
from tests.factories import UserFactory
from tests.factories_policies import BandFactory, ItemFactory
from tests.indicators.test_report_races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
REASON = "云编〔2023〕11号，职责划转"
IN_OCTOBER = Span(date(2023, 10, 1), date(2023, 10, 31))
IN_NOVEMBER = Span(date(2023, 11, 1), date(2023, 11, 30))


def hand_over(item, unit, actor, *, version=None, **more):
    return hand_over_item(
        item,
        unit,
        more.get("reason", REASON),
        actor=actor,
        today=TODAY,
        version=item.version if version is None else version,
    )


@pytest.fixture
def taken_over(item, other_unit, officer):
    hand_over(item, other_unit, officer)
    return item


def test_another_unit_leads_from_today_and_the_versions_stay(item, other_unit, officer, liaison):
    save_draft(item, actor=liaison, edit=None, fields={"whom": "放宽后的对象"})
    before = list(PolicyItemVersion.objects.order_by("pk").values())
    hand_over(item, other_unit, officer)
    assert item.organisation == other_unit
    assert list(PolicyItemVersion.objects.order_by("pk").values()) == before
    with pytest.raises(Refused, match="您没有此项权限"):
        save_draft(item, actor=liaison, edit=2, fields={"whom": "又改"})


def test_it_is_on_record_with_both_units_and_the_reason(taken_over, officer, unit, other_unit):
    event = AuditEvent.objects.get(action="policy.item_hand_over")
    assert (event.actor, event.note) == (officer, f"由{unit}移交{other_unit}：{REASON}")
    assert event.changes["organisation"] == [str(unit), str(other_unit)]
    assert action_label(event.action) == "移交惠企事项"
    row = ItemHandover.objects.get()
    assert (row.former, row.organisation, row.on, row.reason) == (unit, other_unit, TODAY, REASON)


def test_the_people_of_both_units_are_told(item, unit, other_unit, officer, liaison, unit_head, outsider):
    UserFactory(username="third", roles=["liaison"])
    hand_over(item, other_unit, officer)
    told = Notification.objects.filter(event_key__startswith="policy.handover:")
    assert {row.recipient for row in told} == {liaison, unit_head, outsider}
    assert {row.url for row in told} == {item.get_absolute_url()}
    assert f"由{unit}移交{other_unit}牵头：{REASON}" in told[0].text


def test_nobody_is_sent_to_a_draft_that_is_no_longer_theirs(unit, other_unit, officer, liaison, outsider):
    item = ItemFactory(organisation=unit, version__published_at=None)
    hand_over(item, other_unit, officer)
    urls = dict(Notification.objects.values_list("recipient__username", "url"))
    assert urls == {"outsider": item.get_absolute_url(), "liaison": "/policies/"}


def test_what_is_under_way_goes_with_the_item(item, holder, other_unit, officer, liaison, outsider):
    nightly_match(TODAY)
    proposal = Proposal.objects.get()
    hand_over(item, other_unit, officer)
    assert Proposal.objects.visible_to(outsider).get() == proposal
    assert not Proposal.objects.visible_to(liaison).exists()
    assert not confirm_proposals([proposal], actor=liaison).done
    assert confirm_proposals([proposal], actor=outsider).done == (proposal,)


def test_a_batch_under_way_is_finished_by_the_unit_that_made_it(
    item, holder, unit, other_unit, officer, liaison, unit_head
):
    BandFactory()
    batch = create_batch(unit, "十月第一批", actor=liaison, today=TODAY)
    add_payouts(batch, [Candidate(item.current, holder, Decimal(50_000), TODAY)], actor=liaison)
    hand_over(item, other_unit, officer)
    batch.refresh_from_db()
    batch = submit_batch(batch, actor=liaison, today=TODAY, edit=batch.edit)
    assert approve_batch(batch, actor=unit_head, today=TODAY, edit=batch.edit).state == "approved"


def of_units(span, *units):
    (found,) = policy_counts([span])
    counted = []
    for unit in units:
        part = Part(unit=unit.code)
        rows, batches = items_behind(span, None, part), batches_behind(span.year_begin, span.last, None, part)
        assert rows == [one.row for one in item_marks(span, found.places) if part.holds(one.place)]
        assert batches == batches_of_year(payment_marks(span, found.places), part)
        counted.append((len(rows), found.count_items(part.holds), found.sum_paid(part.holds), len(batches)))
    table = [(row.name, row.items, row.paid_yuan) for row in unit_figures(span.first, span.after)]
    return counted, table


def test_a_closed_month_still_counts_with_the_former_unit(item, holder, payout_of, unit, other_unit, officer):
    payout_of(item, holder, paid_on=date(2023, 10, 9))
    before = of_units(IN_OCTOBER, unit, other_unit)
    assert before == ([(1, 1, 50_000, 1), (0, 0, 0, 0)], [("县住建局", 1, Decimal(50_000))])
    hand_over(item, other_unit, officer)
    assert of_units(IN_OCTOBER, unit, other_unit) == before
    assert of_units(IN_NOVEMBER, unit, other_unit) == (
        [(0, 0, 0, 0), (1, 1, 50_000, 1)],
        [("县气象局", 1, Decimal(0))],
    )


def test_of_two_handovers_each_month_knows_its_own_unit(item, unit, other_unit, lead_unit, officer):
    hand_over(item, other_unit, officer)
    hand_over(item, lead_unit, officer)
    ItemHandover.objects.filter(former=unit).update(on=date(2023, 9, 5))
    units = (unit, other_unit, lead_unit)
    counted = [
        [row[0] for row in of_units(span, *units)[0]]
        for span in (Span(date(2023, 8, 1), date(2023, 8, 31)), IN_OCTOBER, IN_NOVEMBER)
    ]
    assert counted == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_what_cannot_be_handed_over_says_why(item, unit, other_unit, officer, liaison):
    with pytest.raises(Refused, match="移交事项由营商办办理"):
        hand_over(item, other_unit, liaison)
    with pytest.raises(Refused, match="已由县住建局牵头"):
        hand_over(item, unit, officer)
    with pytest.raises(Refused, match="请写明移交原因"):
        hand_over(item, other_unit, officer, reason="  ")
    with pytest.raises(Refused, match="最多 300 个字"):
        hand_over(item, other_unit, officer, reason="因" * 301)
    with pytest.raises(Refused, match="刚被他人处理过"):
        hand_over(item, other_unit, officer, version=item.version + 1)
    Organisation.objects.filter(pk=other_unit.pk).update(active_until=date(2023, 11, 7))
    with pytest.raises(Refused, match="已停用"):
        hand_over(item, other_unit, officer)
    PolicyItem.objects.filter(pk=item.pk).update(state="withdrawn")
    item.refresh_from_db()
    with pytest.raises(Refused, match="已撤回"):
        hand_over(item, other_unit, officer)
    assert not ItemHandover.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_hand_it_over_at_once_and_one_of_them_does(item, other_unit, lead_unit, officer, director):
    seen = item.version
    own, other = PolicyItem.objects.get(pk=item.pk), PolicyItem.objects.get(pk=item.pk)
    results = at_once(
        lambda: hand_over(own, other_unit, officer, version=seen),
        lambda: hand_over(other, lead_unit, director, version=seen),
    )
    assert len([result for result in results if isinstance(result, Refused)]) == 1
    item.refresh_from_db()
    assert ItemHandover.objects.get().organisation == item.organisation


def test_the_office_hands_it_over_on_a_page(browse, item, other_unit, officer, liaison):
    client, path = browse(officer), f"{item.get_absolute_url()}hand-over/"
    assert path in client.get(item.get_absolute_url()).content.decode()
    page = client.get(path).content.decode()
    assert "确认移交" in page
    assert "县住建局</option>" not in page
    typed = {"version": item.version, "organisation": other_unit.code, "reason": ""}
    refused = client.post(path, typed)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = client.post(path, {**typed, "reason": REASON}, follow=True).content.decode()
    assert "已移交县气象局" in answer
    assert REASON in answer
    # Whoever still has the former page open is told that it is out of date.
    late = client.post(path, {**typed, "organisation": "zhujian", "reason": REASON})
    assert "刚被他人处理过" in late.content.decode()
    assert browse(liaison).get(path).status_code == HTTPStatus.FORBIDDEN
    assert path not in browse(liaison).get(item.get_absolute_url()).content.decode()
