"""口径说明: the figures of a month with their definitions, and the rows behind them."""

import io
from datetime import datetime
from http import HTTPStatus

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from portal.models import AuditEvent
from tests.factories import CHINA, UserFactory

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
    with django_assert_max_num_queries(28):
        client.get("/figures/?period=2023-10")
    with django_assert_max_num_queries(20):
        client.get("/figures/indicators.items.closed/?period=2023-10")
