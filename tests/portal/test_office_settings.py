"""Settings that hold from a day on: who changes them, what is refused, what the pages show."""

from datetime import date, timedelta
from http import HTTPStatus

import pytest

from portal.errors import Refused
from portal.models import AuditEvent, SettingRow
from portal.office_settings import DEFINITIONS
from portal.selectors.settings import number_setting, setting
from portal.services.office_settings import RISING, change_setting

pytestmark = pytest.mark.django_db
KEY = "letters.weekly_limit"


def change(actor, today, key=KEY, value=5, days=0, note="县领导小组会议定"):
    valid_from = today + timedelta(days=days)
    return change_setting(key, value, valid_from=valid_from, note=note, actor=actor, today=today)


def test_a_value_holds_from_its_day_on_and_not_before(officer, today):
    change(officer, today, days=10)
    assert number_setting(KEY, on=today + timedelta(days=9)) == DEFINITIONS[KEY].default
    assert number_setting(KEY, on=today + timedelta(days=10)) == 5


def test_a_second_entry_for_the_same_day_counts_and_the_first_stays_in_the_history(officer, today):
    change(officer, today, value=5)
    change(officer, today, value=6)
    assert number_setting(KEY, on=today) == 6
    assert SettingRow.objects.count() == 2
    event = AuditEvent.objects.filter(action="setting.change").latest("pk")
    assert event.changes["每周自动催办上限"] == [5, 6]


def test_the_same_change_twice_is_one(officer, today):
    assert change(officer, today) == change(officer, today)
    assert AuditEvent.objects.filter(action="setting.change").count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"days": -1}, "不能早于今天"),
        ({"note": " "}, "理由或依据"),
        ({"value": 0}, "应在 1 到 10"),
        ({"value": "很多"}, "请填整数"),
        ({"value": True}, "请填整数"),
        ({"key": "nothing"}, "没有这项设置"),
        ({"key": "security.idle_minutes", "value": 30}, "无权修改"),
    ],
)
def test_a_bad_change_is_refused_with_a_sentence(officer, today, values, sentence):
    with pytest.raises(Refused, match=sentence):
        change(officer, today, **values)
    assert not SettingRow.objects.exists()


@pytest.mark.parametrize(("low", "high"), RISING)
def test_two_thresholds_never_change_places(officer, today, low, high):
    with pytest.raises(Refused, match="应小于"):
        change(officer, today, key=low, value=DEFINITIONS[high].default)


def test_security_settings_belong_to_the_administrators(sysadmin, security_officer, today):
    change(sysadmin, today, key="security.idle_minutes", value=20)
    change(security_officer, today, key="security.second_factor", value=True)
    assert setting("security.second_factor", on=today) is True
    with pytest.raises(Refused, match="无权修改"):
        change(security_officer, today)


@pytest.mark.parametrize(
    ("persona", "reads", "saves"),
    [
        ("officer", HTTPStatus.OK, HTTPStatus.FOUND),
        ("director", HTTPStatus.OK, HTTPStatus.FOUND),
        ("sysadmin", HTTPStatus.OK, HTTPStatus.FOUND),
        ("auditor", HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY),
        ("liaison", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
        ("leader", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
    ],
)
def test_who_reads_and_who_saves(browse, on_the_day, persona, reads, saves, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/system/settings/").status_code == reads
    assert client.get(f"/system/settings/{KEY}/").status_code == reads
    data = {"value": 4, "valid_from": "2023-11-08", "note": "会议定"}
    assert client.post(f"/system/settings/{KEY}/", data).status_code == saves


def test_every_setting_has_its_page_and_an_unknown_one_has_none(browse, officer):
    client = browse(officer)
    for key in DEFINITIONS:
        assert client.get(f"/system/settings/{key}/").status_code == HTTPStatus.OK
    assert client.get("/system/settings/nothing/").status_code == HTTPStatus.NOT_FOUND


def test_the_list_shows_the_value_that_holds_and_the_one_that_follows(browse, officer, on_the_day, today):
    change(officer, today, value=5)
    change(officer, today, value=7, days=30)
    text = browse(officer).get("/system/settings/").content.decode()
    assert "<b>5 份</b>" in text
    assert "2023年12月8日起 7 份" in text


def test_nothing_typed_is_lost_when_a_value_is_refused(browse, officer, on_the_day):
    data = {"value": 99, "valid_from": "2023-11-08", "note": "会议定"}
    answer = browse(officer).post(f"/system/settings/{KEY}/", data)
    text = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "应在 1 到 10" in text
    assert 'value="99"' in text
    assert "会议定" in text


def test_yes_and_no_are_chosen_in_words(browse, sysadmin, on_the_day):
    data = {"value": "yes", "valid_from": "2023-11-08", "note": "等保要求"}
    browse(sysadmin).post("/system/settings/security.second_factor/", data)
    assert setting("security.second_factor", on=date(2023, 11, 8)) is True
