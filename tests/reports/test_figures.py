"""Figures counted by hand on the small county."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from indicators.models import LampRecord, WorkItem
from reports.figures import Period, figure_of, figures_of, values_of
from tests.reports.small_county import OCTOBER, SEPTEMBER

# The task forces' work asks twenty times, every other line of work at most three times.
QUERIES = 30  # the cases are counted in three tables
OCTOBER_VALUES = {
    "indicators.taskforces": 3,
    "indicators.items.benchmarking": 5,
    "indicators.items.innovation_pilot": 3,
    "indicators.items.evaluation_problems": 2,
    "indicators.items.survey_problems": 2,
    "indicators.items.instruction": 1,
    "indicators.items.total": 12,
    "indicators.items.closed": 3,
    "indicators.items.open": 9,
    "indicators.items.closed_this_month": 2,
    "indicators.items.reopened": 1,
    "indicators.items.should_close": 8,
    "indicators.items.closing_rate": Decimal("37.5"),
    "indicators.items.overdue": 3,
    "indicators.items.units_overdue": 1,
    "indicators.lamps.red": 3,
    "indicators.lamps.yellow": 2,
    "indicators.lamps.green": 2,
    "indicators.lamps.blue": 3,
    "indicators.lamps.grey": 2,
    "indicators.lamps.red_again": 1,
    "indicators.reports.due": 6,
    "indicators.reports.submitted": 4,
    "indicators.reports.on_time": 2,
    "indicators.reports.late": 2,
    "indicators.reports.missing": 2,
    "indicators.reports.returned": 1,
    "indicators.reports.on_time_rate": Decimal("33.3"),
    "indicators.reports.units_missing": 2,
    "indicators.instructions.open": 1,
    "indicators.instructions.overdue": 1,
    "indicators.measured.jianzhu-parallel-rate": Decimal("87.9"),
    "indicators.measured.kaiban-time": Decimal("0.5"),
    "indicators.measured.hetong-trials": None,
    "indicators.measured.survey": None,
    "indicators.monitoring.total": 5,
    "indicators.monitoring.known": 3,
    "indicators.monitoring.better": 1,
    "indicators.monitoring.same": 1,
    "indicators.monitoring.worse": 1,
    "indicators.lists.DB.total": 5,
    "indicators.lists.DB.closed": 2,
    "indicators.lists.DB.closed_in": 1,
    "indicators.lists.DB.closed_share": Decimal(40),
    "indicators.lists.DB.overdue": 2,
    "indicators.lists.JB.total": 1,
    "indicators.lists.SP.grey": 1,
    "indicators.taskforces.jianzhu.total": 7,
    "indicators.taskforces.jianzhu.red": 3,
    "indicators.taskforces.pochan.total": 0,
    "indicators.taskforces.pochan.closed_share": None,
    "indicators.units.zhujian.overdue": 4,
    "indicators.units.zhujian.missing": 1,
    "indicators.units.zhujian.late": 1,
    "indicators.units.gongdian.missing": 1,
}


def test_october_counts_what_was_counted_by_hand(small_county):
    values = values_of(Period(OCTOBER))
    assert {key: values[key].value for key in OCTOBER_VALUES} == OCTOBER_VALUES


def test_september_is_counted_as_it_was_then(small_county):
    values = values_of(Period(SEPTEMBER))
    wanted = {
        "indicators.items.total": 13,  # the item cancelled in October still counts
        "indicators.items.closed": 2,  # the closing that was undone in October still counts
        "indicators.items.overdue": 0,
        "indicators.lamps.red": 1,
        "indicators.reports.due": None,
    }
    assert {key: values[key].value for key in wanted} == wanted


def test_each_figure_stands_beside_last_month_and_last_year(small_county):
    closed = values_of(Period(OCTOBER))["indicators.items.closed"]
    assert (closed.previous, closed.change, closed.last_year) == (2, 1, 0)


def test_a_figure_starts_anew_in_january_but_a_rate_of_reports_goes_on(small_county):
    values = values_of(Period(date(2023, 1, 1)))
    assert values["indicators.items.closed"].previous is None
    figures = figures_of(Period(date(2023, 1, 1)))
    assert not figures["indicators.reports.on_time_rate"].yearly


def test_shares_of_the_lamps_total_one_hundred(small_county):
    values = values_of(Period(OCTOBER))
    shares = [values[f"indicators.lamps.{c}"].share for c in ("red", "yellow", "green", "blue", "grey")]
    assert shares == [25, 17, 17, 25, 16]
    assert sum(shares) == 100


def test_parts_add_up_to_their_whole(small_county):
    values = values_of(Period(OCTOBER))
    for value in values.values():
        for part in value.parts:
            assert sum(values[key].value for key in part.keys) == value.value, (value.key, part.label)


def test_a_month_without_lamps_has_none_rather_than_zero(small_county):
    LampRecord.objects.filter(month=OCTOBER).delete()
    values = values_of(Period(OCTOBER))
    assert values["indicators.lamps.red"].value is None
    assert values["indicators.lamps.red"].share is None


def test_a_year_without_lists_has_no_figures(small_county):
    values = values_of(Period(date(2021, 5, 1)))
    assert values["indicators.items.total"].value is None
    assert values["indicators.items.closing_rate"].value is None
    assert values["indicators.taskforces"].value is None


def test_every_figure_with_rows_has_as_many_rows_as_it_counts(small_county):
    period = Period(OCTOBER)
    for key, figure in figures_of(period).items():
        value = figure.compute(period)
        if figure.rows is None or value is None or figure.unit not in {"项", "个"} or "units_" in key:
            continue
        if key.startswith("indicators.measured"):
            continue
        assert len(figure.rows(period, None)) == value, key


def test_rows_are_narrowed_to_what_the_reader_may_see(small_county, outsider, officer):
    figure = figure_of("indicators.items.closed", Period(OCTOBER))
    assert len(figure.rows(Period(OCTOBER), officer)) == 3
    assert figure.rows(Period(OCTOBER), outsider) == []


def test_rows_name_number_and_reason(small_county):
    row = figure_of("indicators.lamps.red", Period(OCTOBER)).rows(Period(OCTOBER), None)[0]
    assert (row.kind, row.number, row.label) == ("item", "2023-DB-001", "并联审批率提升至95%")
    assert row.note == "办理建筑许可　红灯 逾期11天"
    assert row.url == "/items/2023-DB-001/"


def test_all_figures_of_a_month_cost_few_queries(small_county, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES):
        values_of(Period(OCTOBER))


def test_the_number_of_queries_does_not_grow_with_the_rows(small_county, django_assert_max_num_queries):
    for number in range(40):
        old = WorkItem.objects.get(number="2023-DB-004")
        old.pk, old.number = None, f"2023-DB-9{number:02d}"
        old.save()
    with django_assert_max_num_queries(QUERIES):
        values_of(Period(OCTOBER))


def test_the_command_prints_every_figure_as_json(small_county, capsys):
    call_command("figures", "--period", "2023-10", "--format", "json")
    rows = {row["key"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["indicators.items.total"]["value"] == 12
    assert rows["indicators.items.closing_rate"]["value"] == 37.5
    assert rows["indicators.measured.survey"]["value"] is None
    assert set(rows["indicators.items.closed"]) == {"key", "name", "unit", "value", "definition"}
    assert "核定销号" in rows["indicators.items.closed"]["definition"]


def test_the_command_prints_a_table(small_county, capsys):
    call_command("figures", "--period", "2023-10")
    assert "indicators.items.total\t任务和问题\t12项" in capsys.readouterr().out


def test_the_command_says_how_to_write_the_month(db):
    with pytest.raises(CommandError, match="月份应写作 2023-10 的形式"):
        call_command("figures", "--period", "10月")
