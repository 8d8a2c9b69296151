"""The office changes the lamp rules: tried out first, in force from a day on, past months untouched."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from indicators.forms.lamps import rows_of
from indicators.lamps import DEFAULT_SCHEME
from indicators.models import LampRecord, LampScheme, WorkItem
from indicators.services.lamps import record_month, relight
from tests.factories import WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
URL = "/lamp-schemes/new/"


def posted(**changes):
    """The form as the page offers it, with lines changed by the position they have."""
    rows = rows_of(DEFAULT_SCHEME)
    data = {"rules-TOTAL_FORMS": str(len(rows)), "rules-INITIAL_FORMS": str(len(rows))}
    for index, row in enumerate(rows):
        shown = row | changes.get(f"at_{row['position']}", {})
        data |= {
            f"rules-{index}-{name}": "" if value is None else str(value) for name, value in shown.items()
        }
    return data


@pytest.fixture
def item():
    row = WorkItemFactory(percent=Decimal(70))
    relight(WorkItem.objects.all(), today=TODAY)
    row.refresh_from_db()
    assert row.lamp == "yellow"
    return row


def test_the_default_rules_survive_the_form_unchanged(browse, officer, item):
    answer = browse(officer).post(URL, posted() | {"preview": "1"})
    assert answer.status_code == HTTPStatus.OK
    assert answer.context["trial"].total == 0


def test_a_preview_names_the_items_that_would_change_and_changes_nothing(browse, officer, item):
    changed = posted(at_50={"first": "10"})
    answer = browse(officer).post(URL, changed | {"preview": "1"})
    assert answer.context["trial"].counts == {("黄", "红"): 1}
    assert item.short_number in answer.content.decode()
    item.refresh_from_db()
    assert item.lamp == "yellow"
    assert not LampScheme.objects.exists()


def test_new_rules_light_from_their_day_on_and_leave_recorded_months(browse, officer, item):
    record_month(date(2023, 10, 1), today=TODAY)
    before = LampRecord.objects.get().colour
    data = posted(at_50={"first": "10"}) | {
        "adopt": "1",
        "name": "从严",
        "valid_from": "2023-11-08",
        "note": "年底攻坚",
    }
    assert browse(officer).post(URL, data).status_code == HTTPStatus.FOUND
    item.refresh_from_db()
    assert item.lamp == "red"
    assert LampRecord.objects.get().colour == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"at_120": {"condition": ""}}, "其他情况"),
        ({"at_50": {"first": ""}}, "请填写数值"),
        ({"at_40": {"label": "逾期{月亮}天"}}, "无法填充"),
    ],
)
def test_rules_that_cannot_work_are_refused_with_a_sentence_and_kept_on_the_page(
    browse, officer, changes, sentence
):
    answer = browse(officer).post(URL, posted(**changes) | {"preview": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.content.decode()


def test_a_day_in_the_past_is_refused(browse, officer):
    data = posted() | {"adopt": "1", "name": "旧规则", "valid_from": "2023-11-07", "note": "补"}
    answer = browse(officer).post(URL, data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "不能早于今天" in answer.content.decode()


@pytest.mark.parametrize("persona", ["liaison", "chief", "leader", "inspector"])
def test_only_the_office_changes_the_rules(browse, persona, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/lamp-schemes/").status_code == HTTPStatus.OK
    assert client.get(URL).status_code == HTTPStatus.FORBIDDEN
