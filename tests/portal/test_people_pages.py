"""The pages of people: what they show, what comes back when a step is refused."""

import re
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.models import AuditEvent, LoginAttempt, User
from tests.factories import PASSWORD, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(unit):
    return UserFactory(
        username="suye", name="苏叶", title="股长", phone="13800005678", organisation=unit, roles=["liaison"]
    )


def url_of(name, person):
    return reverse(f"portal:{name}", args=[person.username])


@pytest.fixture
def proven(browse):
    """Return a client whose person has just given the password."""

    def log_in(person):
        client = browse(person)
        client.post(reverse("portal:prove"), {"password": PASSWORD, "next": "/system/"})
        return client

    return log_in


def test_the_list_shows_people_with_roles_and_state(browse, sysadmin, person):
    UserFactory(username="gone", name="离任者", is_active=False)
    page = browse(sysadmin).get(reverse("portal:user_list")).content.decode()
    for words in ("苏叶", "县住建局", "部门联络员", "13800005678", "停用"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "苏叶"}, {"suye"}),
        ({"q": "SUYE"}, {"suye"}),
        ({"q": "5678"}, {"suye"}),
        ({"q": "100%_"}, set()),
        ({"unit": "zhujian"}, {"suye"}),
        ({"role": "liaison"}, {"suye"}),
        ({"role": "chief"}, set()),
        ({"state": "disabled"}, {"gone"}),
        ({"state": "locked"}, {"locked"}),
        ({"state": "initial"}, {"fresh"}),
        ({"state": "no_role"}, {"fresh", "locked"}),
        ({"state": "no_role", "role": "liaison"}, set()),
    ],
)
def test_the_list_is_narrowed_by_text_unit_role_and_state(browse, sysadmin, person, query, found):
    UserFactory(username="gone", is_active=False, roles=["office"])
    UserFactory(username="fresh", must_change_password=True)
    UserFactory(username="locked")
    LoginAttempt.objects.bulk_create(LoginAttempt(username="locked", at=timezone.now()) for _ in range(5))
    page = browse(sysadmin).get(reverse("portal:user_list"), query)
    listed = {row.person.username for row in page.context["rows"]} - {"sysadmin"}
    assert listed == found


@pytest.mark.parametrize("query", [{"role": "nonsense"}, {"unit": "nowhere"}, {"page": "x"}, {"q": "a\0b"}])
def test_a_filter_that_makes_no_sense_is_left_out(browse, sysadmin, query):
    assert browse(sysadmin).get(reverse("portal:user_list"), query).status_code == HTTPStatus.OK


def test_an_expired_role_no_longer_counts_in_the_filter(browse, sysadmin, person):
    person.grants.update(valid_until=timezone.localdate() - timedelta(days=1))
    page = browse(sysadmin).get(reverse("portal:user_list"), {"role": "liaison"})
    assert page.context["rows"] == []


def test_the_list_costs_the_same_however_many_people(browse, sysadmin, django_assert_max_num_queries):
    client = browse(sysadmin)
    for _ in range(60):
        UserFactory(roles=["liaison", "unit_head"])
    client.get(reverse("portal:user_list"))
    with django_assert_max_num_queries(15):
        assert len(client.get(reverse("portal:user_list"), {"size": 50}).context["rows"]) == 50
    with django_assert_max_num_queries(15):
        client.get(reverse("portal:organisation_list"))


def test_a_person_page_stays_within_its_queries(
    proven, security_officer, person, django_assert_max_num_queries
):
    client = proven(security_officer)
    client.get(url_of("user_detail", person))
    with django_assert_max_num_queries(15):
        client.get(url_of("user_detail", person))


def test_htmx_gets_the_table_alone_and_a_restore_the_whole_page(browse, sysadmin):
    client, url = browse(sysadmin), reverse("portal:user_list")
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "共 <b>1</b> 人" in part
    whole = client.get(url, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "HX-Request" in whole["Vary"]


def test_the_auditor_sees_telephones_with_their_middle_hidden(browse, auditor, sysadmin, person):
    assert "138****5678" in browse(auditor).get(url_of("user_detail", person)).content.decode()
    listed = browse(auditor).get(reverse("portal:user_list")).content.decode()
    assert "13800005678" not in listed
    assert "13800005678" in browse(sysadmin).get(url_of("user_detail", person)).content.decode()


def test_the_workbook_holds_what_the_filter_asks_for_and_its_making_is_recorded(browse, sysadmin, person):
    UserFactory(name="=cmd|'/c calc'!A0", roles=["office"])
    answer = browse(sysadmin).get(reverse("portal:user_export"), {"q": "=cmd"})
    rows = sheet_rows(answer.content)
    assert "筛选条件：含“=cmd”" in rows[1][0]
    assert [row[1] for row in rows[3:]] == ["=cmd|'/c calc'!A0"]
    assert AuditEvent.objects.get(action="user.export").changes["rows"] == 1


def sheet_rows(content):
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def test_creating_shows_the_initial_password_once_and_stores_it_nowhere(browse, sysadmin, unit):
    client = browse(sysadmin)
    sent = {"username": "JiangYifan", "name": "江一帆", "organisation": unit.pk, "phone": "138 0000-1234"}
    answer = client.post(reverse("portal:user_create"), sent)
    password = re.search(r'once__secret">([^<]+)<', answer.content.decode()).group(1)
    user = User.objects.get(username="jiangyifan")
    assert user.check_password(password)
    assert user.phone == "13800001234"
    assert "no-store" in answer["Cache-Control"]
    assert password not in client.get(url_of("user_detail", user)).content.decode()
    again = client.post(reverse("portal:user_create"), sent)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "已存在" in again.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("username", "ab", "3 至 40 位"),
        ("username", "营商办", "3 至 40 位"),
        ("username", "a b c", "3 至 40 位"),
        ("username", "export", "系统保留"),
        ("name", "", "请填写姓名"),
        ("organisation", "", "请选择单位"),
        ("phone", "12345", "11 位数字"),
        ("email", "x", "邮"),
    ],
)
def test_a_bad_entry_is_named_and_nothing_typed_is_lost(browse, sysadmin, unit, field, value, sentence):
    sent = {
        "username": "jiangyifan",
        "name": "江一帆",
        "organisation": unit.pk,
        "title": "科员",
        field: value,
    }
    answer = browse(sysadmin).post(reverse("portal:user_create"), sent)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in page
    assert 'value="科员"' in page
    assert not User.objects.filter(name="江一帆").exists()


def test_a_closed_unit_cannot_be_chosen(browse, sysadmin):
    closed = OrganisationFactory(active_until=timezone.localdate() - timedelta(days=1))
    sent = {"username": "jiangyifan", "name": "江一帆", "organisation": closed.pk}
    answer = browse(sysadmin).post(reverse("portal:user_create"), sent)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_edit_over_somebody_elses_edit_shows_both(browse, sysadmin, person):
    client, url = browse(sysadmin), url_of("user_edit", person)
    sent = {"name": "苏叶", "organisation": person.organisation_id, "version": 1}
    assert client.post(url, {**sent, "title": "科长"}).status_code == HTTPStatus.FOUND
    answer = client.post(url, {**sent, "title": "副股长"})
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "他人" in page
    assert "科长" in page
    assert 'value="副股长"' in page
    person.refresh_from_db()
    assert person.title == "科长"


def test_rights_are_given_only_after_the_password_was_proven_again(browse, security_officer, person):
    client, page = browse(security_officer), url_of("user_detail", person)
    shown = client.get(page).content.decode()
    assert "验证身份后授权" in shown
    assert url_of("user_grant", person) not in shown
    answer = client.post(url_of("user_grant", person), {"role": "unit_head"})
    assert answer["Location"] == f"/prove/?next={page.replace('/', '%2F')}"
    assert person.grants.count() == 1
    wrong = client.post("/prove/", {"password": "Wrong-guess-000", "next": page})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post("/prove/", {"password": PASSWORD, "next": page})["Location"] == page
    client.post(url_of("user_grant", person), {"role": "unit_head"})
    assert set(User.objects.get(pk=person.pk).roles) == {"liaison", "unit_head"}


def test_the_proof_lasts_five_minutes(proven, security_officer, person):
    client = proven(security_officer)
    session = client.session
    session["proven"] -= 301
    session.save()
    answer = client.post(url_of("user_grant", person), {"role": "unit_head"})
    assert answer["Location"].startswith("/prove/")


def test_a_refused_grant_comes_back_on_the_page_with_the_reason(proven, security_officer, person):
    answer = proven(security_officer).post(
        url_of("user_grant", person), {"role": "auditor", "note": "县人社5号"}
    )
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "不得同时承担业务角色" in page
    assert 'value="县人社5号"' in page


def test_a_role_is_revoked_with_a_reason(proven, security_officer, person):
    client, url = proven(security_officer), url_of("user_revoke", person)
    for sent in ({"role": "liaison", "reason": ""}, {"role": "chief", "reason": "调离岗位"}):
        assert client.post(url, sent).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sent = {"role": "liaison", "reason": "调离岗位"}
    assert client.post(url, sent).status_code == HTTPStatus.FOUND
    assert client.post(url, sent).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = client.get(url_of("user_detail", person)).content.decode()
    assert "调离岗位" in page
    assert User.objects.get(pk=person.pk).roles == frozenset()


@pytest.mark.parametrize(
    ("name", "data"),
    [("user_disable", {"reason": "调离"}), ("user_reset_password", {}), ("user_edit", {"name": "x"})],
)
def test_the_system_administrator_has_no_hand_on_the_other_duties(browse, sysadmin, auditor, name, data):
    browse(sysadmin).post(url_of(name, auditor), data)
    before = (auditor.is_active, auditor.password, auditor.name)
    auditor.refresh_from_db()
    assert (auditor.is_active, auditor.password, auditor.name) == before


def test_disabling_and_enabling_from_the_page(browse, sysadmin, person):
    client = browse(sysadmin)
    assert client.post(url_of("user_disable", person), {"reason": ""}).status_code == 422
    assert client.post(url_of("user_disable", person), {"reason": "调离"}).status_code == HTTPStatus.FOUND
    assert "调离" in client.get(url_of("user_detail", person)).content.decode()
    assert client.post(url_of("user_enable", person), {"reason": "返岗"}).status_code == HTTPStatus.FOUND


def test_a_hand_over_chooses_among_colleagues(browse, sysadmin, person, outsider):
    colleague = UserFactory(username="colleague", organisation=person.organisation)
    client, url = browse(sysadmin), url_of("user_hand_over", person)
    assert client.post(url, {"successor": outsider.username, "reason": "调离"}).status_code == 422
    client.post(url, {"successor": colleague.username, "reason": "调离"})
    person.refresh_from_db()
    assert person.disabled_reason == f"工作交接给{colleague.name}：调离"


def test_a_reset_password_is_shown_once(browse, sysadmin, person):
    answer = browse(sysadmin).post(url_of("user_reset_password", person))
    password = re.search(r'once__secret">([^<]+)<', answer.content.decode()).group(1)
    person.refresh_from_db()
    assert person.check_password(password)


def test_an_unknown_person_is_not_found(browse, sysadmin):
    assert browse(sysadmin).get("/system/people/nobody/").status_code == HTTPStatus.NOT_FOUND


def test_the_own_contact_is_corrected_and_recorded(browse, liaison):
    client = browse(liaison)
    assert client.post("/profile/", {"phone": "123", "email": ""}).status_code == 422
    client.post("/profile/", {"phone": "13800009999", "email": "lin@example.gov.cn"})
    liaison.refresh_from_db()
    assert (liaison.phone, liaison.email) == ("13800009999", "lin@example.gov.cn")
    assert AuditEvent.objects.get(action="user.update").changes["phone"] == ["", "138****9999"]


def test_nobody_smuggles_other_fields_into_the_own_profile(browse, liaison):
    browse(liaison).post(
        "/profile/", {"phone": "", "email": "", "name": "假名", "is_active": "", "organisation": "1"}
    )
    before = liaison.name, liaison.organisation_id
    liaison.refresh_from_db()
    assert (liaison.name, liaison.organisation_id) == before
