"""A case turned into a work item: once, by the office, without who handed it in, and back again."""

from datetime import date, datetime, timedelta
from http import HTTPStatus

import pytest
from django.utils import timezone

from complaints.models import Complaint
from complaints.services import acceptance
from complaints.services.steps import StepRefused
from indicators.models import WorkItem
from portal.errors import Conflict, Refused
from portal.models import AuditEvent
from reports.services.case_items import ItemWanted, turn_into_item
from tests.factories import CHINA
from tests.factories_complaints import PERSON, TopicFactory, register

TODAY = date(2023, 11, 8)
NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)


@pytest.fixture
def case(calendar, officer, task_force):
    row = register(topic=TopicFactory(code=task_force.code))
    return acceptance.accept_complaint(row, actor=officer, now=NOW)


@pytest.fixture
def wanted(task_force, unit):
    return ItemWanted(task_force, unit, "审图一次性告知", "补正不超过一次", TODAY + timedelta(days=60))


def turn(case, wanted, actor, version=None):
    return turn_into_item(case, wanted, actor=actor, version=version or case.version, today=TODAY)


def test_the_item_stands_in_the_list_of_cases_and_the_case_names_it(case, wanted, officer):
    item = turn(case, wanted, officer)
    assert item.work_list.source == "complaint"
    assert case.number in item.measures
    assert Complaint.objects.get(pk=case.pk).work_item_number == item.number
    assert AuditEvent.objects.filter(action="complaint.work_item", object_id=str(case.pk)).count() == 1
    assert AuditEvent.objects.filter(action="item.create", object_id=str(item.pk)).count() == 1


def test_a_case_becomes_an_item_once(case, wanted, officer):
    turn(case, wanted, officer)
    with pytest.raises(StepRefused, match="已转为事项"):
        turn(Complaint.objects.get(pk=case.pk), wanted, officer)
    assert WorkItem.objects.count() == 1


def test_of_two_who_press_at_once_the_second_makes_nothing(case, wanted, officer):
    seen = Complaint.objects.get(pk=case.pk)
    turn(case, wanted, officer)
    with pytest.raises(Refused):
        turn(seen, wanted, officer)
    assert WorkItem.objects.count() == 1


def test_a_page_opened_before_a_change_is_a_conflict(case, wanted, officer):
    with pytest.raises(Conflict):
        turn(case, wanted, officer, version=case.version - 1)
    assert not WorkItem.objects.exists()


def test_a_secret_case_never_becomes_an_item(case, wanted, officer):
    Complaint.objects.filter(pk=case.pk).update(secrecy="secret")
    with pytest.raises(StepRefused, match="保密诉求"):
        turn(Complaint.objects.get(pk=case.pk), wanted, officer)


def test_a_unit_cannot_turn_a_case(case, wanted, liaison):
    with pytest.raises(Refused):
        turn(case, wanted, liaison)


@pytest.fixture
def this_year(task_force):
    task_force.year = timezone.localdate().year
    task_force.save()
    return task_force


def data_of(case, force, unit, **changes):
    due = timezone.localdate() + timedelta(days=60)
    return {
        "version": case.version,
        "title": "审图一次性告知",
        "target": "补正不超过一次",
        "task_force": force.pk,
        "organisation": unit.pk,
        "due_on": due.isoformat(),
    } | changes


def test_the_form_begins_with_the_words_without_identity(case, this_year, browse, officer):
    client = browse(officer)
    assert f'href="/case-items/{case.number}/new/"' in client.get(case.get_absolute_url()).content.decode()
    page = client.get(f"/case-items/{case.number}/new/").content.decode()
    assert "施工许可审图" in page
    assert PERSON.name not in page
    assert PERSON.company not in page


def test_the_office_turns_a_case_by_the_form_and_finds_its_way_back(case, this_year, unit, browse, officer):
    client = browse(officer)
    answer = client.post(f"/case-items/{case.number}/new/", data_of(case, this_year, unit))
    item = WorkItem.objects.get()
    assert answer.url == item.get_absolute_url()
    assert f'href="/case-items/{item.number}/"' in client.get(item.get_absolute_url()).content.decode()
    assert (
        f'href="/case-items/{case.number}/new/"' not in client.get(case.get_absolute_url()).content.decode()
    )
    back = client.get(f"/case-items/{item.number}/")
    assert back.url == case.get_absolute_url()


def test_what_was_typed_is_kept_when_something_is_missing(case, this_year, unit, browse, officer):
    data = data_of(case, this_year, unit, due_on="")
    answer = browse(officer).post(f"/case-items/{case.number}/new/", data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "补正不超过一次" in answer.content.decode()
    assert not WorkItem.objects.exists()


def test_the_outsider_finds_neither_form_nor_way_back(case, this_year, unit, browse, officer, outsider):
    browse(officer).post(f"/case-items/{case.number}/new/", data_of(case, this_year, unit))
    stranger = browse(outsider)
    assert stranger.get(f"/case-items/{case.number}/new/").status_code == HTTPStatus.FORBIDDEN
    assert stranger.get(f"/case-items/{WorkItem.objects.get().number}/").status_code == HTTPStatus.NOT_FOUND
