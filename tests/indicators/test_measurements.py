"""Measurements: who enters, who reviews, what counts, and what a page costs."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from indicators.models import Indicator, Measurement
from indicators.selectors.measurements import leaves, measured, roll_up_of
from indicators.services.catalogue import NATIONAL_TEMPLATE, create_system, update_indicator
from indicators.services.measurements import save_measurement, take_step
from portal.errors import Conflict, Refused
from portal.models import AuditEvent
from tests.factories import IndicatorFactory

pytestmark = pytest.mark.django_db

OCTOBER = date(2023, 10, 1)
SEPTEMBER = date(2023, 9, 1)
TODAY = date(2023, 11, 8)


@pytest.fixture
def indicator(task_force, unit):
    return IndicatorFactory(
        system=task_force.indicator.system,
        parent=task_force.indicator,
        depth=2,
        code="binglian",
        name="并联审批率",
        unit="%",
        lead=unit,
        benchmark=95,
        worst=60,
        method="frontier",
        parameters={"best": 95, "worst": 60, "better": "higher", "full": 100},
    )


def enter(indicator, actor, value="87.9", version=None, note=""):
    return save_measurement(
        indicator,
        OCTOBER,
        actor=actor,
        today=TODAY,
        value=None if value is None else Decimal(value),
        note=note,
        version=version,
    )


def test_a_value_goes_from_its_unit_through_the_office_into_the_comparison(indicator, liaison, officer):
    row = enter(indicator, liaison)
    assert measured([indicator], OCTOBER)[0].value is None
    take_step(row, "submit", actor=liaison)
    take_step(row, "verify", actor=officer)
    one = measured([indicator], OCTOBER)[0]
    assert (one.value, one.gap) == (Decimal("87.9"), Decimal("-7.1"))
    assert one.score.points == Decimal("79.71")
    assert AuditEvent.objects.of(row).count() == 3


def test_a_missing_value_needs_a_reason_and_never_counts_as_zero(indicator, liaison, officer):
    with pytest.raises(Refused, match="写明原因"):
        enter(indicator, liaison, value=None)
    row = enter(indicator, liaison, value=None, note="系统升级，本月未取数")
    take_step(row, "submit", actor=liaison)
    take_step(row, "verify", actor=officer)
    one = measured([indicator], OCTOBER)[0]
    assert one.value is None
    assert one.score.points is None
    assert roll_up_of([one]).points is None


def test_the_second_editor_is_told_and_nothing_is_overwritten(indicator, liaison):
    row = enter(indicator, liaison)
    enter(indicator, liaison, value="88", version=row.version)
    with pytest.raises(Conflict) as caught:
        enter(indicator, liaison, value="99", version=row.version)
    assert caught.value.theirs["value"].startswith("88")
    row.refresh_from_db()
    assert row.value == 88


@pytest.mark.parametrize("persona", ["outsider", "officer", "lead_liaison", "chief"])
def test_only_the_unit_that_owns_an_indicator_enters_it(indicator, persona, request):
    with pytest.raises(Refused, match="填报"):
        enter(indicator, request.getfixturevalue(persona))
    assert not Measurement.objects.exists()


def test_a_verified_value_is_not_edited_until_the_office_returns_it(indicator, liaison, officer):
    row = enter(indicator, liaison)
    take_step(row, "submit", actor=liaison)
    take_step(row, "verify", actor=officer)
    with pytest.raises(Refused, match="已审核"):
        enter(indicator, liaison, value="1", version=row.version)
    with pytest.raises(Refused, match="原因"):
        take_step(row, "reopen", actor=officer)
    take_step(row, "reopen", actor=officer, note="口径有误")
    assert enter(indicator, liaison, value="86.4", version=row.version).value == Decimal("86.4")


def test_of_two_reviewers_one_succeeds(indicator, liaison, officer, director):
    row = enter(indicator, liaison)
    take_step(row, "submit", actor=liaison)
    stale = Measurement.objects.get(pk=row.pk)
    take_step(row, "verify", actor=officer)
    with pytest.raises(Refused, match="处理过"):
        take_step(stale, "return", actor=director, note="重复")


def test_the_year_starts_from_the_eighteen_names_once(officer, liaison):
    system = create_system(2024, "provincial", actor=officer)
    assert list(system.indicators.values_list("name", flat=True)) == [name for _, name in NATIONAL_TEMPLATE]
    with pytest.raises(Refused, match="已经建立"):
        create_system(2024, "provincial", actor=officer)
    with pytest.raises(Refused, match="营商办"):
        create_system(2025, "provincial", actor=liaison)


def test_a_method_with_data_is_superseded_and_old_scores_stay(indicator, liaison, officer):
    row = enter(indicator, liaison)
    take_step(row, "submit", actor=liaison)
    take_step(row, "verify", actor=officer)
    fresh = update_indicator(
        indicator, {"name": indicator.name, "benchmark": Decimal(98)}, actor=officer, today=TODAY
    )
    indicator.refresh_from_db()
    assert fresh.pk != indicator.pk
    assert (indicator.benchmark, fresh.benchmark, fresh.supersedes) == (95, 98, indicator)
    assert list(Indicator.objects.current().filter(parent=indicator.parent)) == [fresh]
    with pytest.raises(Refused, match="替代"):
        update_indicator(indicator, {"benchmark": Decimal(99)}, actor=officer, today=TODAY)


def test_a_name_is_corrected_in_place_even_with_data(indicator, liaison, officer):
    enter(indicator, liaison)
    same = update_indicator(indicator, {"name": "并联审批占比"}, actor=officer, today=TODAY)
    assert (same.pk, same.name) == (indicator.pk, "并联审批占比")


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("liaison", HTTPStatus.OK),
        ("lead_liaison", HTTPStatus.OK),
        ("officer", HTTPStatus.OK),
        ("chief", HTTPStatus.OK),
        ("leader", HTTPStatus.OK),
        ("outsider", HTTPStatus.NOT_FOUND),
        ("observer", HTTPStatus.FORBIDDEN),
        ("sysadmin", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_may_open_an_indicator(indicator, browse, persona, expected, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/measurements/binglian/2023-10/").status_code == expected


@pytest.mark.usefixtures("on_the_day")
def test_the_liaison_enters_and_submits_on_one_page(indicator, browse, liaison):
    client = browse(liaison)
    answer = client.post("/measurements/binglian/2023-10/", {"value": "87.9", "note": "", "submit": "1"})
    assert answer.status_code == HTTPStatus.FOUND
    assert Measurement.objects.get().state == "submitted"
    wrong = client.post("/measurements/binglian/2023-09/", {"value": "很高", "note": ""})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "很高" in wrong.content.decode()


@pytest.mark.usefixtures("on_the_day")
def test_the_list_costs_the_same_for_many_rows(
    task_force, unit, browse, officer, django_assert_max_num_queries
):
    for number in range(50):
        leaf = IndicatorFactory(
            system=task_force.indicator.system,
            parent=task_force.indicator,
            depth=2,
            lead=unit,
            code=f"m{number}",
        )
        Measurement.objects.create(indicator=leaf, period=OCTOBER, value=number, state="verified")
    assert leaves(2023, officer).count() == 50
    client = browse(officer)
    client.get("/measurements/")
    with django_assert_max_num_queries(15):
        answer = client.get("/measurements/?period=2023-10")
    assert answer.content.decode().count("查看") >= 50
