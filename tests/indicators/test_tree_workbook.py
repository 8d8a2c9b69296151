"""The indicator tree goes out as a workbook and comes back with a preview, all or nothing."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.models import Indicator, Measurement
from indicators.services.catalogue import create_system
from indicators.services.tree_workbook import apply_tree, check_tree, rows_of, tree_sheet, write_tree
from portal.errors import Refused
from portal.workbooks import write_workbook
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def system(officer):
    OrganisationFactory(short_name="县供电公司")
    return create_system(2024, "provincial", actor=officer)


def upload(rows):
    file = BytesIO()
    write_workbook(file, tree_sheet(), rows, heading="指标体系", subtitle="")
    return SimpleUploadedFile("体系.xlsx", file.getvalue())


def leaf(**changes):
    row = {"code": "dl-01", "parent": "dianli", "name": "接电时间", "weight": Decimal(2), "unit": "天"}
    return (
        row
        | {"better": "越低越好", "frequency": "每月", "benchmark": Decimal(5), "lead": "县供电公司"}
        | changes
    )


def test_the_exported_tree_comes_back_unchanged(system, officer):
    file = BytesIO()
    assert write_tree(system, file, subtitle="") == 18
    batch = check_tree(system, SimpleUploadedFile("体系.xlsx", file.getvalue()), actor=officer)
    assert batch.preview["counts"] == {"new": 0, "changed": 0, "unchanged": 18, "errors": 0, "bad_rows": 0}


def test_new_leaves_hang_under_their_parents_once(system, officer):
    batch = check_tree(
        system, upload([leaf(), leaf(code="dl-01-a", parent="dl-01", name="低压接电时间")]), actor=officer
    )
    assert not Indicator.objects.filter(code="dl-01").exists()
    assert apply_tree(batch, actor=officer) == (2, 0)
    assert apply_tree(batch, actor=officer) == (2, 0)
    deep = Indicator.objects.get(code="dl-01-a")
    assert (deep.depth, deep.parent.code, deep.parent.parent.code) == (3, "dl-01", "dianli")
    assert deep.parent.lead.short_name == "县供电公司"
    assert deep.parent.better == "lower"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (leaf(parent="meiyou"), "没有代码为“meiyou”的上级指标"),
        (leaf(parent="dl-01"), "最多三级"),
        (leaf(lead="县里没有的局"), "填报单位"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_saved(system, officer, row, sentence):
    batch = check_tree(system, upload([row]), actor=officer)
    shown = str(batch.preview["errors"])
    assert sentence in shown
    with pytest.raises(Refused):
        apply_tree(batch, actor=officer)
    assert Indicator.objects.filter(system=system).count() == 18


def test_the_method_of_what_has_data_is_not_rewritten_by_an_import(system, officer):
    apply_tree(check_tree(system, upload([leaf()]), actor=officer), actor=officer)
    Measurement.objects.create(
        indicator=Indicator.objects.get(code="dl-01"), period=date(2024, 1, 1), value=6
    )
    batch = check_tree(system, upload([leaf(benchmark=Decimal(3))]), actor=officer)
    assert "已有监测数据" in batch.preview["errors"][0]["message"]
    renamed = check_tree(system, upload([leaf(name="用电报装时间")]), actor=officer)
    assert apply_tree(renamed, actor=officer) == (0, 1)
    assert rows_of(system)["dl-01"]["name"] == "用电报装时间"


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(system, officer, liaison):
    with pytest.raises(Refused, match=r"工作簿|Excel"):
        check_tree(system, SimpleUploadedFile("体系.xlsx", b"not a workbook"), actor=officer)
    with pytest.raises(Refused, match="营商办"):
        check_tree(system, upload([leaf()]), actor=liaison)


def test_the_office_uploads_sees_the_preview_and_confirms(system, officer, browse):
    client = browse(officer)
    answer = client.post("/indicators/2024/provincial/import/", {"file": upload([leaf()])})
    assert answer.status_code == HTTPStatus.FOUND
    assert "接电时间" in client.get(answer.url).content.decode()
    assert client.post(answer.url, {"confirm": "1"}).status_code == HTTPStatus.FOUND
    assert Indicator.objects.filter(code="dl-01").exists()
    assert client.get("/indicators/2024/provincial/export/").status_code == HTTPStatus.OK
