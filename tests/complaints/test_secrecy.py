"""The reported unit never learns who reported it; nobody else sees an identity without leave and trace."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import CaseEvent, Complaint, Enclosure, Identity, IdentityLook
from complaints.selectors.cases import case_page, case_rows, find_visible_case, search_cases, visible_cases
from complaints.selectors.documents import transfer_sheet
from complaints.services import acceptance, closing, handling, identities, routing
from complaints.services.identities import ask_identity, decide_identity_request, look_at_identity
from complaints.services.retention import erase_expired
from complaints.services.routing import Routing
from portal.errors import Refused
from portal.models import Attachment, AuditEvent, Notification
from tests.complaints.steps import NOW, TODAY, bring_to
from tests.factories import UserFactory
from tests.factories_complaints import register
from tests.factories_enterprises import EnterpriseFactory

SECRETS = ("喆明远", "13800138000", "138 0013 8000", "喆远", "解放路18号")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calendar(calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enterprise():
    return EnterpriseFactory(name="云溪县喆远食品有限公司")


def photo(name="喆明远的厂房.jpg"):
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def masked(enterprise, officer, unit):
    """A case about `unit`, given to it masked after an officer read the masked text the day before."""
    with time_machine.travel(NOW - timedelta(days=1)):
        case = register(enterprise=enterprise, reported=unit, uploads=[photo()])
        acceptance.check_shared(
            case, actor=officer, title="施工许可审图补正", text=case.shared_text, wishes=case.shared_wishes
        )
        acceptance.accept_complaint(case, actor=officer, now=NOW - timedelta(days=1))
    with time_machine.travel(NOW):
        routing.assign_complaint(case, Routing(unit, confirmed_masked=True), actor=officer, now=NOW)
    return case


def everything(case, user):
    """Return all that pages, lists, papers and notices can show of a case to a person, as one text."""
    page = case_page(find_visible_case(user, case.number), user, today=TODAY)
    rows = case_rows(visible_cases(user), today=TODAY)
    shown = [
        page.words,
        transfer_sheet(case, user),
        [row.title + row.enterprise + row.source for row in rows],
    ]
    shown += [f"{line.event.text}{line.event.public_text}" for line in page.history]
    shown += [file.name for group in page.files for file in group.files]
    shown += list(Notification.objects.values_list("text", flat=True))
    return repr(shown)


def test_the_database_holds_no_identity_in_plain_words_and_the_audit_trail_none_at_all(masked):
    identity = Identity.objects.get()
    stored = json.dumps([identity.name, identity.phone, identity.company, identity.address])
    trail = repr(list(AuditEvent.objects.values()) + list(CaseEvent.objects.values()))
    for secret in SECRETS:
        assert secret not in stored
        assert secret not in trail


def test_the_reported_unit_is_never_given_the_case_without_masking(officer, unit):
    case = bring_to("accepted", {"officer": officer}, register(reported=unit))
    with pytest.raises(Refused, match="被反映单位"):
        routing.assign_complaint(case, Routing(unit), actor=officer, now=NOW)
    with pytest.raises(Refused, match="逐字核对"):
        routing.assign_complaint(case, Routing(unit, confirmed_masked=True), actor=officer, now=NOW)


def test_what_belongs_to_the_reported_unit_is_as_near_as_the_unit_itself(officer, unit, other_unit):
    other_unit.parent = unit
    other_unit.save()
    case = bring_to("accepted", {"officer": officer}, register(reported=unit))
    with pytest.raises(Refused, match="隶属"):
        routing.assign_complaint(case, Routing(other_unit), actor=officer, now=NOW)


def test_the_reported_unit_sees_the_case_and_nothing_that_tells_who(masked, liaison):
    shown = everything(masked, liaison)
    assert "施工许可审图补正" in shown
    for secret in SECRETS:
        assert secret not in shown


def test_the_reported_unit_cannot_feel_its_way_by_searching(masked, liaison, enterprise):
    rows = visible_cases(liaison)
    assert rows.count() == 1
    for secret in (*SECRETS, "审图机构三次", "8000"):
        found = search_cases(rows, liaison, secret)
        assert (not found.exists()) or secret in Complaint.objects.get().shared_text
    assert not Complaint.objects.disclosed_to(liaison).filter(enterprise=enterprise).exists()


def test_the_reported_unit_reads_no_history_from_before_the_case_was_given_to_it(masked, liaison, officer):
    assert list(CaseEvent.objects.visible_to(liaison).values_list("action", flat=True)) == ["assign"]
    assert CaseEvent.objects.visible_to(officer).count() == 4
    handling.note_progress(masked, actor=officer, now=NOW, note="喆明远来电催问，手机13800138000")
    _given, line = CaseEvent.objects.visible_to(liaison)
    assert line.action == "note"
    assert all(secret not in line.text for secret in SECRETS)


def test_photos_of_the_reporter_reach_a_masked_unit_only_when_released(masked, liaison, officer):
    assert Attachment.objects.get().name == "材料1.jpg"
    assert not Enclosure.objects.visible_to(liaison).exists()
    acceptance.release_enclosure(Enclosure.objects.get(), actor=officer)
    assert Enclosure.objects.visible_to(liaison).exists()


def test_the_reported_unit_may_neither_look_nor_ask(masked, liaison, unit_head):
    for person in (liaison, unit_head):
        with pytest.raises(Refused):
            look_at_identity(masked, actor=person, reason="联系来件人", now=NOW)
        with pytest.raises(Refused):
            ask_identity(masked, actor=person, motive="联系来件人", now=NOW)


def test_what_is_supplied_later_reaches_the_reported_unit_only_after_a_check(
    masked, liaison, officer, browse
):
    routing.sign_complaint(masked, actor=liaison, today=TODAY)
    acceptance.ask_for_more(masked, actor=officer, today=TODAY, wanted="当时在几号窗口")
    told = "我是周二下午第一个到三号窗口的"
    with time_machine.travel(NOW):
        acceptance.supply_more(masked, actor=None, today=TODAY, text=told)
        assert told in masked.text
        unit_page = browse(liaison).get(masked.get_absolute_url()).content.decode()
        assert "第一个到三号窗口" not in unit_page + everything(masked, liaison)
        assert "由营商办核对后提供" in unit_page
        assert "隐去身份的内容有待核对" not in unit_page
        assert "隐去身份的内容有待核对" in browse(officer).get(masked.get_absolute_url()).content.decode()
        heard = dict(
            Notification.objects.filter(text__contains="来件人已补充").values_list("recipient__name", "text")
        )
        assert heard[officer.name].startswith(f"{masked.number} 来件人已补充，请核对隐去身份的内容")
        assert heard[liaison.name].startswith(f"{masked.number} 来件人已补充：")
        fresh = Complaint.objects.get()
        acceptance.check_shared(
            fresh, actor=officer, title="施工许可审图补正", text="补充：在三号窗口", wishes=""
        )
        assert "补充：在三号窗口" in everything(fresh, liaison)
        assert "隐去身份的内容有待核对" not in browse(officer).get(fresh.get_absolute_url()).content.decode()


def test_what_a_person_writes_in_the_rating_is_not_for_the_reported_unit(masked, liaison, officer, browse):
    Complaint.objects.update(state="closed", closed_on=TODAY)
    case = Complaint.objects.get()
    with time_machine.travel(NOW):
        closing.rate_complaint(
            case, satisfaction="not", resolved=False, comment="我就是第一个到三号窗口的", now=NOW
        )
        assert "第一个到三号窗口" in browse(officer).get(case.get_absolute_url()).content.decode()
        page = browse(liaison).get(case.get_absolute_url()).content.decode()
    assert "来件人评价" in page
    assert "第一个到三号窗口" not in page


def test_words_supplied_after_the_check_are_checked_again_before_the_reported_unit_gets_the_case(
    officer, unit
):
    case = register(reported=unit)
    acceptance.check_shared(case, actor=officer, title="审图补正", text="三次补正", wishes="")
    acceptance.ask_for_more(case, actor=officer, today=TODAY, wanted="当时在几号窗口")
    acceptance.supply_more(case, actor=None, today=TODAY, text="三号窗口")
    acceptance.accept_complaint(case, actor=officer, now=NOW)
    with pytest.raises(Refused, match="逐字核对"):
        routing.assign_complaint(case, Routing(unit, confirmed_masked=True), actor=officer, now=NOW)


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_the_reported_unit_does_not_learn_whether_somebody_gave_a_name(masked, liaison, browse, is_anonymous):
    Complaint.objects.update(is_anonymous=is_anonymous)
    with time_machine.travel(NOW):
        page = browse(liaison).get(masked.get_absolute_url()).content.decode()
        printed = repr(transfer_sheet(Complaint.objects.get(), liaison))
    assert "由营商办转达。" in page
    assert "<dt>首次联系</dt><dd>由营商办联系</dd>" in page
    for word in ("实名", "匿名"):
        assert word not in page + printed


def test_only_a_unit_that_may_know_who_it_was_is_set_a_time_for_the_first_contact(masked, officer, lead_unit):
    assert masked.contact_due_at is None
    for kind, owed in (("complaint", True), ("report", False)):
        case = bring_to("accepted", {"officer": officer}, register(kind=kind))
        routing.assign_complaint(case, Routing(lead_unit), actor=officer, now=NOW)
        assert (case.contact_due_at is not None) == owed, kind


def test_the_next_unit_that_may_know_who_it_was_is_set_the_time(masked, liaison, officer, lead_unit):
    return_to = {"reason": "不属我局", "suggested": lead_unit}
    routing.return_complaint(masked, actor=liaison, today=TODAY, **return_to)
    routing.assign_complaint(masked, Routing(lead_unit), actor=officer, now=NOW)
    assert masked.contact_due_at is not None


def test_naming_a_unit_later_masks_the_part_it_has(officer, liaison, unit, lead_unit):
    case = bring_to("accepted", {"officer": officer})
    routing.assign_complaint(case, Routing(unit, [lead_unit]), actor=officer, now=NOW)
    assert Complaint.objects.disclosed_to(liaison).exists()
    acceptance.update_complaint(case, actor=officer, values={"reported": unit})
    assert not Complaint.objects.disclosed_to(liaison).exists()
    assert case.assignments.get(organisation=unit).masked


def test_a_secret_case_hides_the_person_from_every_unit(officer, liaison, unit):
    case = bring_to("accepted", {"officer": officer}, register(kind="report"))
    routing.assign_complaint(case, Routing(unit), actor=officer, now=NOW)
    shown = everything(case, liaison)
    assert case.secrecy == "secret"
    assert all(secret not in shown for secret in SECRETS)


@pytest.mark.parametrize(
    ("persona", "open_case", "secret_case"),
    [
        ("director", "look", "look"),
        ("officer", "look", "ask"),
        ("liaison", "look", "never"),
        ("inspector", "ask", "ask"),
        ("leader", "never", "never"),
        ("chief", "never", "never"),
        ("observer", "never", "never"),
        ("outsider", "never", "never"),
        ("sysadmin", "never", "never"),
    ],
)
def test_who_may_look_who_must_ask_and_who_never(request, persona, open_case, secret_case, officer, unit):
    person = request.getfixturevalue(persona)
    for kind, wanted in (("complaint", open_case), ("report", secret_case)):
        case = bring_to("accepted", {"officer": officer}, register(kind=kind))
        routing.assign_complaint(case, Routing(unit), actor=officer, now=NOW)
        may = "look" if identities.may_look_directly(case, person) else "never"
        if identities.may_ask(case, person):
            may = "ask"
        assert may == wanted, kind


def test_a_look_is_granted_for_a_time_with_a_reason_the_asker_sees_and_leaves_a_trace(officer, director):
    case = register(kind="report")
    with pytest.raises(Refused):
        look_at_identity(case, actor=officer, reason="核实", now=NOW)
    row = ask_identity(case, actor=officer, motive="电话核实举报内容", now=NOW)
    with pytest.raises(Refused):
        decide_identity_request(row, actor=officer, granted=True, reason="同意", now=NOW)
    decide_identity_request(row, actor=director, granted=True, reason="仅限电话核实", now=NOW, hours=2)
    assert look_at_identity(case, actor=officer, reason="核实", now=NOW).phone == "13800138000"
    look = IdentityLook.objects.get()
    assert (look.person, look.request, look.reason) == (officer, row, "核实")
    assert "仅限电话核实" in Notification.objects.filter(recipient=officer).latest("pk").text
    with pytest.raises(Refused):
        look_at_identity(case, actor=officer, reason="再核实", now=NOW + timedelta(hours=3))


def test_a_look_needs_a_reason_and_nobody_looks_more_than_thirty_times_a_day(director):
    case = register()
    with pytest.raises(Refused, match="用途"):
        look_at_identity(case, actor=director, reason=" ", now=NOW)
    IdentityLook.objects.bulk_create(
        IdentityLook(complaint=case, person=director, reason="x", at=NOW) for _ in range(30)
    )
    with pytest.raises(Refused, match="30 次"):
        look_at_identity(case, actor=director, reason="核实", now=NOW)


def test_whoever_recuses_himself_sees_the_case_no_longer_and_cannot_act_on_it(officer, director):
    case = register()
    identities.recuse(case, officer, actor=officer, reason="来件人系亲属", now=NOW)
    assert not Complaint.objects.visible_to(officer).exists()
    with pytest.raises(Refused):
        acceptance.accept_complaint(case, actor=officer, now=NOW)
    with pytest.raises(Refused):
        identities.lift_recusal(case.recusals.get(), actor=officer, now=NOW)
    identities.lift_recusal(case.recusals.get(), actor=director, now=NOW)
    assert Complaint.objects.visible_to(officer).exists()


@pytest.mark.parametrize(
    ("persona", "seen"),
    [
        ("officer", 2), ("director", 2), ("inspector", 2), ("leader", 1), ("liaison", 0),
        ("chief", 0), ("observer", 0), ("sysadmin", 0), ("auditor", 0),
    ],
)  # fmt: skip
def test_who_reads_which_cases(request, persona, seen):
    register()
    register(kind="report")
    assert Complaint.objects.visible_to(request.getfixturevalue(persona)).count() == seen


def test_an_observer_reads_his_own_clues_and_nobody_elses(observer):
    other = UserFactory(roles=["observer"])
    mine = register(observer, channel="observer")
    register(other, channel="observer")
    assert list(Complaint.objects.visible_to(observer)) == [mine]


def test_identities_are_erased_after_the_set_years_and_the_case_stays(officer, director, liaison, unit_head):
    case = register(uploads=[photo()])
    Complaint.objects.filter(pk=case.pk).update(state="closed", closed_on=TODAY)
    three_years = TODAY.replace(year=2026)
    assert erase_expired(three_years) == 0
    assert erase_expired(three_years + timedelta(days=1)) == 1
    assert erase_expired(three_years + timedelta(days=1)) == 0
    case.refresh_from_db()
    dump = repr(list(Complaint.objects.values()) + list(Identity.objects.values()))
    assert all(secret not in dump for secret in SECRETS)
    assert (case.state, case.kind, Attachment.objects.get().removed_at is None) == (
        "closed",
        "complaint",
        False,
    )


def test_a_page_of_a_case_takes_a_fixed_number_of_queries(masked, officer, liaison):
    for person in (officer, liaison):
        person.roles  # noqa: B018 - cached before counting
        with CaptureQueriesContext(
            connection,
        ) as queries:
            case_page(find_visible_case(person, masked.number), person, today=TODAY)
        assert len(queries) <= 16


def test_a_secret_case_and_an_open_one_are_not_merged_either_way(officer):
    secret, openly = (
        bring_to("accepted", {"officer": officer}, register(kind=kind)) for kind in ("report", "complaint")
    )
    for kept, other in ((secret, openly), (openly, secret)):
        with pytest.raises(Refused, match="一件保密、一件不保密"):
            acceptance.merge_complaints(kept, [other], actor=officer, today=TODAY, note="同一问题")
        other.refresh_from_db()
        assert other.merged_into is None
