"""What waits for the director's decision: more time, a look at an identity, a letter of supervision."""

from datetime import date

import pytest

from complaints import jobs
from complaints.models import ListedUnit
from complaints.selectors.todos import todos
from complaints.services import handling, identities, routing
from complaints.services.routing import Routing
from portal.models import User
from tests.complaints.steps import NOW, TODAY, bring_to
from tests.factories_complaints import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(officer, director, liaison, unit_head, lead_liaison, calendar):
    return {
        "officer": officer, "director": director, "liaison": liaison,
        "unit_head": unit_head, "lead_liaison": lead_liaison,
    }  # fmt: skip


@pytest.fixture
def case(people):
    accepted = bring_to("accepted", people)
    given = Routing(people["liaison"].organisation)
    routing.assign_complaint(accepted, given, actor=people["officer"], now=NOW)
    return routing.sign_complaint(accepted, actor=people["liaison"], today=TODAY)


def waiting_for(person):
    return {todo.kind: todo for todo in todos(User.objects.get(pk=person.pk), today=TODAY)}


def test_the_director_finds_each_kind_of_decision_with_one_query(
    people, case, inspector, django_assert_max_num_queries
):
    handling.request_extension(case, actor=people["liaison"], now=NOW, days=3, reason="需上级批复")
    identities.ask_identity(case, actor=inspector, motive="电话核实金额", now=NOW)
    case.refresh_from_db()
    overdue_since = case.handle_due_on
    jobs.escalate_overdue(moment(overdue_since).date().replace(month=12))
    listed = {"first": date(2023, 7, 1), "last": date(2023, 9, 30), "side": "red", "reason": "办得快"}
    unit_of = {"organisation": case.lead, "grounds": "按时办结率100%", "proposed_at": NOW}
    ListedUnit.objects.create(**listed, **unit_of, proposed_by=people["officer"])
    found = waiting_for(people["director"])
    unit = people["liaison"].organisation.short_name
    assert found["延期审批"].title == f"{case.number}　{unit}申请延期 3 天"
    assert found["延期审批"].small == "需上级批复"
    assert found["延期审批"].due_on == overdue_since
    assert found["身份查看审批"].title == f"{case.number}　{inspector.name}申请查看来件人"
    assert found["身份查看审批"].small == "每次查看都会留痕"
    assert found["督办签发"].title == f"{case.number}　{unit}：约谈"
    listing = found.pop("红黑榜审定")
    assert (listing.title, listing.small) == (f"红榜　{unit}", "办得快")
    assert listing.url == "/statistics/complaints/red-black/?period=2023-07..2023-09"
    assert {todo.url for todo in found.values()} == {case.get_absolute_url()}
    director = User.objects.get(pk=people["director"].pk)
    assert director.roles
    with django_assert_max_num_queries(2):
        todos(director, today=TODAY)


def test_nobody_is_asked_to_decide_on_what_he_has_proposed_himself(people, case):
    days = {"first": date(2023, 9, 1), "last": date(2023, 9, 30)}
    row = ListedUnit.objects.create(
        **days, side="black", organisation=case.lead, grounds="逾期未答复3件次", reason="逾期",
        proposed_by=people["director"], proposed_at=NOW,
    )  # fmt: skip
    assert "红黑榜审定" not in waiting_for(people["director"])
    ListedUnit.objects.filter(pk=row.pk).update(proposed_by=people["officer"])
    assert waiting_for(people["director"])["红黑榜审定"].url.endswith("?period=2023-09")
    ListedUnit.objects.filter(pk=row.pk).update(
        state="published", decided_by=people["director"], decided_at=NOW
    )
    assert "红黑榜审定" not in waiting_for(people["director"])


def test_nobody_else_is_asked_to_decide(people, case):
    handling.request_extension(case, actor=people["liaison"], now=NOW, days=3, reason="需上级批复")
    for name in ("officer", "liaison", "unit_head", "lead_liaison"):
        assert "延期审批" not in waiting_for(people[name])
