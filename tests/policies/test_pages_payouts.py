"""The payout ledger's pages: entry, batches, import, reversal, reconciliation, budgets, the public list."""

from decimal import Decimal
from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from policies.models import Budget, Payout, PayoutBatch
from policies.services.payout_workbook import payout_sheet
from policies.services.payouts import create_batch
from policies.services.reconciliation import finance_sheet
from portal.models import WorkbookImport
from portal.workbooks import write_workbook
from tests.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "calendar")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.PAYOUT_KEY = "a key for the seals of tests"


@pytest.fixture
def browse(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def batch(unit, liaison):
    return create_batch(unit, "2023年第一批", actor=liaison, today=TODAY)


def text(answer):
    return answer.content.decode()


def book(sheet, rows):
    file = BytesIO()
    write_workbook(file, sheet, rows, heading="台账", subtitle="")
    return SimpleUploadedFile("台账.xlsx", file.getvalue(), XLSX)


def row_for(item, enterprise, amount):
    return {
        "credit_code": enterprise.credit_code,
        "item": item.number,
        "amount": Decimal(amount),
        "paid_on": TODAY,
        "voucher": "V1",
    }


def test_a_batch_goes_from_entry_to_payment_by_different_hands(
    browse, batch, item, holder, liaison, unit_head
):
    path = batch.get_absolute_url()
    client = browse(liaison)
    client.post(f"{path}add/", {"credit_code": holder.credit_code, "item": item.number, "amount": "50000"})
    batch.refresh_from_db()
    client.post(f"{path}submit/", {"edit": batch.edit})
    batch.refresh_from_db()
    assert "没有此项权限" in text(client.post(f"{path}approve/", {"edit": batch.edit}))
    browse(unit_head).post(f"{path}approve/", {"edit": batch.edit})
    batch.refresh_from_db()
    assert batch.state == "approved"
    answer = browse(liaison).post(f"{path}verify/", follow=True)
    assert "签名有效" in text(answer)
    typed = {"edit": batch.edit, "paid_on": TODAY.isoformat(), "voucher": "V9"}
    browse(liaison).post(f"{path}pay/", typed)
    payout = Payout.objects.get()
    assert (payout.paid_on, payout.voucher) == (TODAY, "V9")
    page = text(browse(liaison).get("/policies/payouts/"))
    assert '已兑现金额</span><span class="figure__value">50,000<' in page


def test_more_than_the_standard_is_refused_and_what_was_typed_stays(browse, batch, item, holder, liaison):
    typed = {"credit_code": holder.credit_code, "item": item.number, "amount": "60000"}
    answer = browse(liaison).post(f"{batch.get_absolute_url()}add/", typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "超过标准 5 万元" in text(answer)
    assert 'value="60000"' in text(answer)
    assert not Payout.objects.exists()


def test_a_payment_is_taken_off_a_draft(browse, batch, item, holder, liaison):
    client, path = browse(liaison), batch.get_absolute_url()
    client.post(f"{path}add/", {"credit_code": holder.credit_code, "item": item.number, "amount": "50000"})
    client.post(f"{path}remove/", {"payout": Payout.objects.get().pk})
    assert Payout.objects.get().voided_at is not None
    client.get(path)
    assert holder.name not in text(client.get("/policies/payouts/"))


def test_a_returned_batch_needs_a_reason(browse, batch, item, holder, liaison, unit_head):
    path = batch.get_absolute_url()
    browse(liaison).post(
        f"{path}add/", {"credit_code": holder.credit_code, "item": item.number, "amount": "50000"}
    )
    batch.refresh_from_db()
    browse(liaison).post(f"{path}submit/", {"edit": batch.edit})
    batch.refresh_from_db()
    answer = browse(unit_head).post(f"{path}return/", {"edit": batch.edit, "note": ""})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    browse(unit_head).post(f"{path}return/", {"edit": batch.edit, "note": "账户有误"})
    batch.refresh_from_db()
    assert batch.state == "draft"


def test_another_unit_neither_sees_nor_moves_a_batch(browse, batch, outsider):
    path = batch.get_absolute_url()
    assert browse(outsider).get(path).status_code == HTTPStatus.NOT_FOUND
    assert browse(outsider).post(f"{path}submit/", {"edit": 1}).status_code == HTTPStatus.NOT_FOUND
    assert batch.number not in text(browse(outsider).get("/policies/payouts/batches/"))


def upload(client, unit, *rows):
    file = book(payout_sheet(), rows)
    answer = client.post("/policies/payouts/import/", {"organisation": unit.code, "file": file})
    assert answer.status_code == HTTPStatus.FOUND, text(answer)
    return answer.url


def test_a_department_s_workbook_becomes_one_batch_however_often_it_is_confirmed(
    browse, unit, item, holder, liaison
):
    client = browse(liaison)
    url = upload(client, unit, row_for(item, holder, 50_000))
    assert "确认导入 1 笔" in text(client.get(url))
    for _ in range(2):
        client.post(f"{url}apply/")
    assert Payout.objects.get().amount == 50_000
    assert PayoutBatch.objects.count() == 1


def test_an_empty_workbook_leaves_nothing_to_confirm(browse, unit, liaison):
    client = browse(liaison)
    url = upload(client, unit)
    page = text(client.get(url))
    assert "没有需要导入的" in page
    assert "确认导入" not in page
    # Whoever sends the form all the same is told, and no empty batch is made.
    assert client.post(f"{url}apply/").status_code == HTTPStatus.CONFLICT
    assert not PayoutBatch.objects.exists()


def test_a_payment_over_the_standard_is_refused_by_its_row(browse, unit, item, holder, liaison):
    client = browse(liaison)
    url = upload(client, unit, row_for(item, holder, 80_000))
    page = text(client.get(url))
    assert "金额 8 万元 超过标准 5 万元" in page
    assert "金额（元）" in page
    assert "确认导入" not in page
    assert client.get(f"{url}errors/").headers["Content-Type"] == XLSX
    assert client.post(f"{url}apply/").status_code == HTTPStatus.CONFLICT
    assert not Payout.objects.exists()


def test_an_upload_is_its_uploader_s(browse, unit, item, holder, liaison, colleague):
    url = upload(browse(liaison), unit, row_for(item, holder, 50_000))
    assert browse(colleague).get(url).status_code == HTTPStatus.NOT_FOUND
    browse(liaison).post(f"{url}discard/")
    assert WorkbookImport.objects.get().state == "discarded"


def test_a_reversal_is_the_head_s_with_its_reason(browse, item, holder, payout_of, liaison, unit_head):
    payout = payout_of(item, holder, paid_on=TODAY)
    path = f"/policies/payouts/{payout.pk}/"
    assert "您现在可以" not in text(browse(liaison).get(path))
    assert browse(unit_head).post(path, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    browse(unit_head).post(path, {"reason": "账户有误，资金退回"})
    payout.refresh_from_db()
    assert payout.reversed_on == TODAY
    page = text(browse(unit_head).get("/policies/payouts/?standing=reversal"))
    assert "−50,000" in page


def test_finance_and_ledger_are_compared_both_ways(browse, item, holder, payout_of, officer):
    payout_of(item, holder, paid_on=TODAY, voucher="V1")
    rows = [
        {"voucher": "V1", "credit_code": holder.credit_code, "amount": Decimal(48_000), "paid_on": TODAY},
        {"voucher": "V7", "credit_code": holder.credit_code, "amount": Decimal(100), "paid_on": TODAY},
        {"credit_code": holder.credit_code, "amount": Decimal(9), "paid_on": TODAY.replace(year=2022)},
    ]
    typed = {"start": "2023-01-01", "end": TODAY.isoformat(), "file": book(finance_sheet(), rows)}
    page = text(browse(officer).post("/policies/payouts/reconcile/", typed))
    assert '金额不一致</span><span class="figure__value">1<' in page
    assert '只在财政</span><span class="figure__value">1<' in page
    assert "−2,000" in page
    assert "财政明细中有 1 笔拨付日期不在所选期间，没有参与核对" in page
    assert holder.name in page
    assert "请重新选择" not in page
    assert 'value="2023-01-01"' in page


def test_a_budget_is_typed_with_its_unit_and_warns_by_colour(browse, item, holder, payout_of, liaison):
    client = browse(liaison)
    path = f"{item.get_absolute_url()}budget/"
    typed = {"year": 2023, "level": "county", "amount": "7", "unit": "万元"}
    client.post(path, typed)
    assert Budget.objects.get().amount == 70_000
    payout = payout_of(item, holder, paid_on=TODAY)
    PayoutBatch.objects.filter(pk=payout.batch_id).update(
        state="paid", approved_at="2023-11-01T00:00:00Z", digest="a", signature="b", paid_on=TODAY
    )
    page = text(client.get("/policies/payouts/budgets/"))
    assert "71.4%" in page
    assert "lamp--yellow" in page
    client.post(path, {**typed, "amount": "9"})
    assert Budget.objects.get().amount == 90_000


def test_bands_are_set_by_the_office_from_nothing_upwards(browse, officer, liaison):
    typed = {"valid_from": TODAY.isoformat(), "starts_0": "100", "approvals_0": "1"}
    answer = browse(officer).post("/policies/payouts/bands/", typed)
    assert "从 0 元起" in text(answer)
    typed |= {"starts_0": "0", "starts_1": "500000", "approvals_1": "2", "office_1": "on"}
    browse(officer).post("/policies/payouts/bands/", typed)
    assert "500,000" in text(browse(officer).get("/policies/payouts/bands/"))
    assert browse(liaison).get("/policies/payouts/bands/").status_code == HTTPStatus.FORBIDDEN


def test_the_ledger_is_exported_as_it_is_filtered(browse, item, holder, payout_of, officer, outsider):
    payout_of(item, holder, paid_on=TODAY)
    answer = browse(officer).get("/policies/payouts/export/?year=2023")
    assert answer.headers["Content-Type"] == XLSX
    assert holder.name not in text(browse(outsider).get("/policies/payouts/"))


def test_the_public_sees_what_was_paid_and_not_what_was_reversed(client, item, holder, payout_of):
    payout = payout_of(item, holder, paid_on=TODAY)
    assert holder.name in text(client.get("/policies/beneficiaries/"))
    assert holder.name not in text(client.get("/policies/beneficiaries/?year=2022"))
    Payout.objects.filter(pk=payout.pk).update(reversed_on=TODAY)
    assert holder.name not in text(client.get("/policies/beneficiaries/"))


def test_pages_of_one_batch_keep_within_their_number_of_queries(
    browse, batch, item, holder, liaison, payout_of, django_assert_max_num_queries
):
    client = browse(liaison)
    client.post(
        f"{batch.get_absolute_url()}add/",
        {"credit_code": holder.credit_code, "item": item.number, "amount": "50000"},
    )
    payout = Payout.objects.get()
    for path in (batch.get_absolute_url(), f"/policies/payouts/{payout.pk}/", "/policies/payouts/import/"):
        with django_assert_max_num_queries(20):
            assert client.get(path).status_code == HTTPStatus.OK
