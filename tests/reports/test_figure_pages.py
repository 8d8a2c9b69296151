"""口径说明: the figures of a month with their definitions, and the rows behind them."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from indicators.models import Measurement
from portal.models import AuditEvent
from reports.figures import Period, values_of
from tests.ceilings.test_pages import CEILINGS
from tests.factories import CHINA, UserFactory
from tests.reports.small_county import OCTOBER, SEPTEMBER

NOW = datetime(2023, 11, 13, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("officer", HTTPStatus.OK),
        ("outsider", HTTPStatus.OK),
        ("leader", HTTPStatus.OK),
        ("observer", HTTPStatus.FORBIDDEN),
        ("sysadmin", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_may_read_the_definitions(small_county, browse, request, persona, status):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/figures/").status_code == status
    assert client.get("/figures/indicators.items.closed/").status_code == status


def test_last_month_is_shown_unless_another_is_asked_for(small_county, browse, officer):
    client = browse(officer)
    html = client.get("/figures/").content.decode()
    assert "2023年10月末" in html
    assert "已销号数占应销号数的比重" in html
    assert "2023年9月末" in client.get("/figures/?period=2023-09").content.decode()
    assert "2023年10月末" in client.get("/figures/?period=x").content.decode()


def test_the_rows_of_a_figure_are_listed_with_their_reason(small_county, browse, officer):
    html = browse(officer).get("/figures/indicators.lamps.red/?period=2023-10").content.decode()
    assert "并联审批率提升至95%" in html
    assert "红灯 逾期11天" in html
    assert "共 3 条" in html


def test_a_unit_sees_its_own_rows_only(small_county, browse):
    person = UserFactory(username="reporter", organisation=small_county.power, roles=["liaison"])
    html = browse(person).get("/figures/indicators.items.closed/?period=2023-10").content.decode()
    assert "2023-CX-001" in html
    assert "2023-DB-002" not in html
    assert "共 1 条，为您可以查看的部分" in html


def test_an_unknown_figure_is_not_found(small_county, browse, officer):
    assert browse(officer).get("/figures/indicators.nothing/").status_code == HTTPStatus.NOT_FOUND


def test_the_rows_come_out_as_a_workbook_with_the_readers_scope(small_county, browse):
    person = UserFactory(username="reporter", organisation=small_county.power, roles=["liaison"])
    answer = browse(person).get("/figures/indicators.items.closed/export/?period=2023-10")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "2023年10月“已销号”明细"
    assert [row[0] for row in rows[3:]] == ["2023-CX-001"]
    assert AuditEvent.objects.get(action="figure.export").changes["rows"] == 1


def test_the_page_costs_few_queries(small_county, browse, officer, django_assert_max_num_queries):
    client = browse(officer)
    client.get("/inbox/")
    with django_assert_max_num_queries(CEILINGS["figures"]):
        client.get("/figures/?period=2023-10")
    with django_assert_max_num_queries(20):
        client.get("/figures/indicators.items.closed/?period=2023-10")


def test_last_months_movements_stand_beside_this_months_as_they_were_printed_then(
    small_county, browse, officer
):
    """September's own page and the column 上月 of October's page say the same."""
    Measurement.objects.create(
        indicator=small_county.leaves["rate"], period=date(2023, 8, 1), value=Decimal("80"), state="verified"
    )
    october, september = values_of(Period(OCTOBER)), values_of(Period(SEPTEMBER))
    for kind in ("total", "known", "better", "same", "worse", "new"):
        key = f"indicators.monitoring.{kind}"
        assert october[key].previous == september[key].value, key
    assert october["indicators.monitoring.better"].previous == 1
    html = browse(officer).get("/figures/?period=2023-10").content.decode()
    row = html[html.index("较上月改善的指标") :].split("</tr>")[0]
    assert re.findall(r">\s*(\d+|—)\s*<", row)[:2] == ["1", "1"]


def test_without_a_month_before_no_movement_is_counted(small_county):
    """Missing is not zero: September of the small county has no value of August, so nothing rose or fell."""
    found = values_of(Period(date(2023, 9, 1)))
    assert [found[f"indicators.monitoring.{kind}"].value for kind in ("better", "same", "worse")] == [
        None
    ] * 3
    assert found["indicators.monitoring.new"].value == found["indicators.monitoring.known"].value
