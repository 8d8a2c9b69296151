"""The pages of units: the list by kind, and the steps of a unit's life."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.models import AuditEvent, Organisation
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_units_are_listed_by_kind_with_the_number_of_their_people(browse, officer, liaison):
    OrganisationFactory(kind="court", short_name="县法院", name="云溪县人民法院")
    closed = OrganisationFactory(short_name="撤并局", active_until=timezone.localdate() - timedelta(days=1))
    client, url = browse(officer), reverse("portal:organisation_list")
    whole = client.get(url)
    assert list(whole.context["rows"])[-1] == closed
    assert {unit.short_name: unit.active_people for unit in whole.context["rows"]}["县住建局"] == 1
    assert [unit.short_name for unit in client.get(url, {"kind": "court"}).context["rows"]] == ["县法院"]
    assert [unit.short_name for unit in client.get(url, {"q": "住建"}).context["rows"]] == ["县住建局"]
    assert {tab.kind: tab.count for tab in whole.context["tabs"]}["court"] == 1


def test_a_unit_is_entered_corrected_closed_and_reopened(browse, sysadmin):
    client = browse(sysadmin)
    sent = {
        "code": "ShuJuJu",
        "name": "云溪县数据局",
        "short_name": "县数据局",
        "kind": "department",
        "order": 7,
    }
    assert client.post(reverse("portal:organisation_create"), sent).status_code == HTTPStatus.FOUND
    edit = reverse("portal:organisation_edit", args=["shujuju"])
    changed = {**sent, "name": "云溪县数据管理局", "version": 1}
    assert client.post(edit, changed).status_code == HTTPStatus.FOUND
    assert client.post(edit, {**changed, "order": 9}).status_code == HTTPStatus.CONFLICT
    today = str(timezone.localdate())
    close = reverse("portal:organisation_close", args=["shujuju"])
    assert client.post(close, {"last_day": today, "reason": "机构改革"}).status_code == HTTPStatus.FOUND
    assert client.post(close, {"last_day": today, "reason": "机构改革"}).status_code == 422
    reopen = reverse("portal:organisation_reopen", args=["shujuju"])
    assert client.post(reopen, {"reason": "恢复设置"}).status_code == HTTPStatus.FOUND
    unit = Organisation.objects.get(code="shujuju")
    assert (unit.name, unit.active_until) == ("云溪县数据管理局", None)
    recorded = AuditEvent.objects.of(unit).values_list("action", flat=True)
    assert list(recorded) == [f"organisation.{act}" for act in ("reopen", "close", "update", "create")]


def test_a_unit_with_people_or_units_below_is_not_closed(browse, sysadmin, liaison):
    parent = OrganisationFactory(code="parent")
    OrganisationFactory(parent=parent)
    client = browse(sysadmin)
    for code, sentence in (("zhujian", "1 个启用的账号"), ("parent", "下级单位")):
        url = reverse("portal:organisation_close", args=[code])
        answer = client.post(url, {"last_day": str(timezone.localdate()), "reason": "机构改革"})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_a_unit_never_stands_above_itself(browse, sysadmin):
    top = OrganisationFactory(code="top")
    below = OrganisationFactory(code="below", parent=top)
    sent = {"name": top.name, "short_name": top.short_name, "kind": "department", "order": 1, "version": 1}
    answer = browse(sysadmin).post(
        reverse("portal:organisation_edit", args=["top"]), {**sent, "parent": below.pk}
    )
    assert answer.status_code == 422
    assert "不能是本单位" in answer.content.decode()
