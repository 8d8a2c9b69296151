"""Accounts and rights as services (IA-1, AC-2, AC-3, AC-4): who may do what to whom, and what is left of it."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification, Organisation, PasswordRecord, User
from portal.services import accounts, rights
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = hash_counter.QUICK


@pytest.fixture
def now():
    return timezone.now()


def create(actor, unit, now, **values):
    values = {"username": "jiangyifan", "name": "江一帆", **values}
    return accounts.create_account(actor=actor, organisation=unit, now=now, **values)


def events(action):
    return AuditEvent.objects.filter(action=action)


def test_an_account_is_created_without_rights_and_the_security_officer_is_asked(
    sysadmin, security_officer, unit, now
):
    user, password = create(sysadmin, unit, now)
    assert user.roles == frozenset()
    assert user.must_change_password
    assert user.initial_password_until == now + timedelta(hours=24)
    assert user.check_password(password)
    assert (
        Notification.objects.get(recipient=security_officer).text
        == "县住建局江一帆的账号已建立，请按岗位授权"
    )
    assert events("user.create").get().changes["name"] == [None, "江一帆"]
    assert password not in str(events("user.create").get().changes)


def test_every_initial_password_meets_the_rules(sysadmin, unit):
    passwords = {accounts.initial_password() for _ in range(200)}
    assert len(passwords) == 200
    for password in list(passwords)[:50]:
        validate_password(password, User(username="jiangyifan", name="江一帆", organisation=unit))


@pytest.mark.parametrize("username", ["jiangyifan", "JiangYifan"])
def test_a_name_is_never_given_twice_not_even_after_its_account_was_disabled(sysadmin, unit, now, username):
    user, _ = create(sysadmin, unit, now)
    accounts.disable_account(user, actor=sysadmin, reason="调离", now=now)
    with pytest.raises(Refused, match="已有人使用"):
        create(sysadmin, unit, now, username=username, name="另一个人")


@pytest.mark.parametrize("missing", [{"name": ""}, {"organisation": None}, {"username": ""}])
def test_an_account_without_a_person_or_a_unit_is_refused_by_the_database(unit, missing):
    values = {"username": "x1", "name": "江一帆", "organisation": unit, **missing}
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(**values)


@pytest.mark.parametrize("persona", ["officer", "director", "security_officer", "auditor", "unit_head"])
def test_only_the_system_administrator_creates_accounts(persona, unit, now, request):
    with pytest.raises(Refused, match="系统管理员"):
        create(request.getfixturevalue(persona), unit, now)


@pytest.mark.parametrize("persona", ["sysadmin", "auditor", "officer", "director", "leader"])
def test_only_the_security_officer_grants(persona, liaison, now, request):
    with pytest.raises(Refused, match="安全管理员"):
        rights.grant_role(liaison, "unit_head", actor=request.getfixturevalue(persona), now=now)


def test_nobody_grants_or_revokes_for_himself(security_officer, now):
    with pytest.raises(Refused, match="自己"):
        rights.grant_role(security_officer, "auditor", actor=security_officer, now=now)
    with pytest.raises(Refused, match="自己"):
        rights.revoke_role(security_officer.grants.get(), actor=security_officer, reason="x", now=now)


def test_a_grant_and_its_end_are_recorded_and_told(liaison, security_officer, now):
    until = timezone.localdate(now) + timedelta(days=30)
    grant = rights.grant_role(
        liaison, "unit_head", actor=security_officer, now=now, valid_until=until, note="县人社〔2023〕5号"
    )
    person = User.objects.get(pk=liaison.pk)
    assert person.has_role("unit_head")
    rights.revoke_role(grant, actor=security_officer, reason="任职期满", now=now)
    assert not User.objects.get(pk=liaison.pk).has_role("unit_head")
    grant.refresh_from_db()
    assert (grant.granted_by, grant.revoked_by) == (security_officer, security_officer)
    given, taken = events("user.grant").get(), events("user.revoke").get()
    assert given.changes == {"role": [None, "单位负责人"], "valid_until": [None, str(until)]}
    assert (given.note, taken.note) == ("县人社〔2023〕5号", "任职期满")
    assert Notification.objects.filter(recipient=liaison).count() == 2


def test_a_role_held_is_not_given_again_and_a_revoked_one_not_taken_again(liaison, security_officer, now):
    with pytest.raises(Refused, match="已有"):
        rights.grant_role(liaison, "liaison", actor=security_officer, now=now)
    grant = liaison.grants.get()
    rights.revoke_role(grant, actor=security_officer, reason="调岗", now=now)
    with pytest.raises(Refused, match="已经撤销"):
        rights.revoke_role(grant, actor=security_officer, reason="调岗", now=now)
    assert events("user.revoke").count() == 1


@pytest.mark.parametrize(
    ("held", "wanted"), [("liaison", "sysadmin"), ("sysadmin", "auditor"), ("auditor", "office")]
)
def test_roles_that_exclude_each_other_are_refused_with_the_reason(security_officer, now, held, wanted):
    person = UserFactory(roles=[held])
    with pytest.raises(Refused, match="不得"):
        rights.grant_role(person, wanted, actor=security_officer, now=now)


def test_a_role_ends_after_its_last_day_and_then_stands_in_nobodys_way(security_officer, now):
    person = UserFactory(roles=["sysadmin"])
    person.grants.update(valid_until=timezone.localdate(now))
    assert User.objects.get(pk=person.pk).has_role("sysadmin")
    person.grants.update(valid_until=timezone.localdate(now) - timedelta(days=1))
    assert not User.objects.get(pk=person.pk).has_role("sysadmin")
    rights.grant_role(person, "liaison", actor=security_officer, now=now)
    assert events("user.expire").count() == 1


def test_a_role_cannot_end_before_today_nor_go_to_a_disabled_account(liaison, security_officer, now):
    yesterday = timezone.localdate(now) - timedelta(days=1)
    with pytest.raises(Refused, match="早于今天"):
        rights.grant_role(liaison, "unit_head", actor=security_officer, now=now, valid_until=yesterday)
    accounts.disable_account(liaison, actor=security_officer, reason="调离", now=now)
    with pytest.raises(Refused, match="停用"):
        rights.grant_role(liaison, "unit_head", actor=security_officer, now=now)


def test_accounts_of_the_duties_belong_to_the_security_officer(sysadmin, security_officer, auditor, now):
    for step in (
        lambda: accounts.disable_account(auditor, actor=sysadmin, reason="x", now=now),
        lambda: accounts.reset_password(security_officer, actor=sysadmin, now=now),
        lambda: accounts.update_account(auditor, actor=sysadmin, version=1, values={"name": "x"}),
    ):
        with pytest.raises(Refused, match="安全管理员"):
            step()
    accounts.disable_account(auditor, actor=security_officer, reason="岗位调整", now=now)
    assert not auditor.is_active


def test_nobody_disables_or_resets_the_own_account(sysadmin, security_officer, now):
    for person in (sysadmin, security_officer):
        with pytest.raises(Refused, match="自己"):
            accounts.disable_account(person, actor=person, reason="x", now=now)
        with pytest.raises(Refused, match="自己"):
            accounts.reset_password(person, actor=person, now=now)


def test_disabling_twice_is_refused_and_recorded_once(liaison, sysadmin, now):
    accounts.disable_account(liaison, actor=sysadmin, reason="调离", now=now)
    with pytest.raises(Refused, match="已经停用"):
        accounts.disable_account(liaison, actor=sysadmin, reason="调离", now=now)
    assert events("user.disable").count() == 1
    with pytest.raises(Refused, match="原因"):
        accounts.enable_account(liaison, actor=sysadmin, reason="", now=now)


def test_two_corrections_of_one_account_meet_and_the_second_sees_the_first(liaison, sysadmin):
    accounts.update_account(liaison, actor=sysadmin, version=1, values={"phone": "13800000001"})
    with pytest.raises(Conflict) as caught:
        accounts.update_account(liaison, actor=sysadmin, version=1, values={"phone": "13800000002"})
    assert caught.value.theirs == {"phone": "13800000001"}
    liaison.refresh_from_db()
    assert liaison.phone == "13800000001"
    assert events("user.update").get().changes == {"phone": ["", "138****0001"]}


def test_the_trail_keeps_no_whole_telephone_or_mail(sysadmin, liaison, unit, now):
    create(sysadmin, unit, now, phone="13812345678", email="jiang@example.gov.cn")
    accounts.update_own_contact(liaison, phone="13887654321", email="lin@example.gov.cn")
    kept = str(list(AuditEvent.objects.values_list("changes", "note", "object_label")))
    for secret in ("13812345678", "13887654321", "jiang@", "lin@"):
        assert secret not in kept


def test_a_reset_password_ends_the_sessions_and_must_be_changed(liaison, sysadmin, now):
    before = liaison.get_session_auth_hash()
    password = accounts.reset_password(liaison, actor=sysadmin, now=now)
    assert liaison.check_password(password)
    assert liaison.must_change_password
    assert liaison.get_session_auth_hash() != before
    assert events("user.reset_password").count() == 1


def test_a_password_is_changed_and_the_last_five_are_remembered(liaison, now):
    liaison.set_password(PASSWORD)
    liaison.save()
    former = PASSWORD
    for n in range(7):
        accounts.change_password(liaison, old=former, new=f"Quiet-river-{n}x", address="", now=now)
        former = f"Quiet-river-{n}x"
    assert PasswordRecord.objects.filter(user=liaison).count() == 5
    with pytest.raises(ValidationError, match="最近 5 次"):
        accounts.change_password(liaison, old=former, new="Quiet-river-1x", address="", now=now)
    accounts.change_password(liaison, old=former, new="Quiet-river-0x", address="", now=now)
    liaison.refresh_from_db()
    assert (liaison.must_change_password, liaison.initial_password_until) == (False, None)


def test_a_leaver_is_disabled_the_same_day_and_the_others_are_told(
    liaison, unit, sysadmin, security_officer, officer, now
):
    successor = UserFactory(name="苏明月", organisation=unit)
    accounts.hand_over(liaison, successor, actor=sysadmin, reason="调县发改局", now=now)
    assert not User.objects.get(pk=liaison.pk).is_active
    assert "请调整专班成员" in Notification.objects.filter(recipient=officer).latest("pk").text
    assert "部门联络员" in Notification.objects.get(recipient=security_officer).text
    assert Notification.objects.get(recipient=successor).text == "林晓雯的工作已交接给您"
    assert events("user.hand_over").get().changes["successor"] == [None, "苏明月"]
    assert User.objects.get(pk=successor.pk).roles == frozenset()


def test_the_successor_is_an_active_colleague(liaison, outsider, unit, sysadmin, now):
    gone = UserFactory(organisation=unit, is_active=False)
    for successor in (outsider, gone, liaison):
        with pytest.raises(Refused):
            accounts.hand_over(liaison, successor, actor=sysadmin, reason="调离", now=now)
    assert User.objects.get(pk=liaison.pk).is_active


def unused(days, now, **values):
    user = UserFactory(last_seen_at=now - timedelta(days=days), **values)
    User.objects.filter(pk=user.pk).update(created_at=now - timedelta(days=400))
    return user


def test_accounts_unused_for_ninety_days_are_disabled_once_and_listed(security_officer, now):
    User.objects.filter(pk=security_officer.pk).update(last_seen_at=now)
    gone, fresh = unused(91, now, name="久未登录"), unused(89, now)
    never = UserFactory(name="从未登录")
    User.objects.filter(pk=never.pk).update(created_at=now - timedelta(days=91))
    assert accounts.disable_unused(now=now) == [gone, never]
    assert accounts.disable_unused(now=now) == []
    assert User.objects.get(pk=fresh.pk).is_active
    assert "久未登录、从未登录" in Notification.objects.get(recipient=security_officer).text
    assert events("user.disable").count() == 2


def test_the_last_person_of_each_duty_is_never_disabled_for_disuse(now):
    first, second = unused(200, now, roles=["security"]), unused(200, now, roles=["security"])
    assert accounts.disable_unused(now=now) == [first]
    assert User.objects.get(pk=second.pk).is_active


def test_a_fresh_installation_gets_three_people_with_one_time_passwords(capsys):
    call_command("create_admins", unit="云溪县大数据中心", security="lisi:李四")
    printed = capsys.readouterr().out
    people = User.objects.order_by("pk")
    assert [sorted(person.roles) for person in people] == [["sysadmin"], ["security"], ["auditor"]]
    assert people[1].name == "李四"
    for person in people:
        line = next(line for line in printed.splitlines() if f"账号 {person.username} " in line)
        assert person.check_password(line.split()[-1])
        assert person.initial_password_until <= timezone.now() + timedelta(hours=24)
    call_command("create_admins")
    assert User.objects.count() == 3
    assert "没有新建" in capsys.readouterr().out


def test_the_three_must_be_three_people():
    with pytest.raises(CommandError, match="三个人"):
        call_command("create_admins", security="same:甲", auditor="Same:乙")
    assert (User.objects.count(), Organisation.objects.count()) == (0, 0)


def test_the_console_lets_a_locked_out_officer_in_again(security_officer, capsys, now):
    User.objects.filter(pk=security_officer.pk).update(
        is_active=False, totp_secret="v1:k1:x:y", totp_confirmed_at=now
    )
    call_command("recover_account", "SECURITY")
    person = User.objects.get(pk=security_officer.pk)
    assert person.check_password(capsys.readouterr().out.split()[-1])
    assert (person.is_active, person.totp_secret, person.must_change_password) == (True, "", True)
    assert events("user.recover").count() == 1


def test_the_command_prints_whom_it_disabled(now, capsys):
    unused(120, now, username="gone", name="久未登录", roles=["liaison"])
    call_command("disable_unused")
    assert "共停用 1 个账号" in capsys.readouterr().out


def test_the_constraint_on_dates_holds_in_the_database(liaison):
    with pytest.raises(IntegrityError), transaction.atomic():
        liaison.grants.update(valid_until=date(2019, 1, 1))
