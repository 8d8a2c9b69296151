"""A department's workbook: every bad row by name, entered whole and once; finance's workbook beside it."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from time import process_time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from policies.models import Payout
from policies.reconciling import Record, reconcile
from policies.services import payout_workbook as services
from policies.services.reconciliation import finance_sheet, reconcile_workbook
from portal.credit_codes import make_credit_code
from portal.errors import Refused
from portal.workbooks import write_workbook
from tests.conftest import TODAY
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db
DAY = date(2023, 10, 20)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(rows, sheet=None):
    target = BytesIO()
    write_workbook(target, sheet or services.payout_sheet(), rows, heading="台账", subtitle="测试")
    return SimpleUploadedFile("兑现.xlsx", target.getvalue())


def row(item, enterprise, **fields):
    values = {
        "credit_code": enterprise.credit_code,
        "item": item.number,
        "amount": Decimal(50_000),
        "paid_on": DAY,
    }
    return {**values, "voucher": "记-12", **fields}


def errors(unit, liaison, *rows):
    batch = services.check_payout_workbook(unit, upload(rows), actor=liaison, today=TODAY)
    return {(found["row"], found["column"]): found["message"] for found in batch.preview["errors"]}


@pytest.fixture
def holders():
    return [KnownEnterpriseFactory(labels={"industry_above": date(2022, 1, 1)}) for _ in range(3)]


def test_a_workbook_is_entered_whole_and_once(unit, liaison, item, holders):
    file = upload([row(item, holder) for holder in holders])
    batch = services.check_payout_workbook(unit, file, actor=liaison, today=TODAY)
    assert batch.preview["counts"]["new"] == 3
    assert not Payout.objects.exists()
    made = services.apply_payout_workbook(batch, actor=liaison, today=TODAY)
    assert made.state == "draft"
    assert set(Payout.objects.values_list("amount", "stated_on", "voucher", "paid_on")) == {
        (Decimal(50_000), DAY, "记-12", None)
    }
    assert services.apply_payout_workbook(batch, actor=liaison, today=TODAY) is None
    assert Payout.objects.count() == 3


def test_the_same_workbook_uploaded_again_enters_nothing(unit, liaison, item, holders):
    for _ in range(2):
        batch = services.check_payout_workbook(
            unit, upload([row(item, holders[0])]), actor=liaison, today=TODAY
        )
        if not batch.preview["errors"]:
            services.apply_payout_workbook(batch, actor=liaison, today=TODAY)
    assert "不能重复" in batch.preview["errors"][0]["message"]
    with pytest.raises(Refused, match="仍有错误"):
        services.apply_payout_workbook(batch, actor=liaison, today=TODAY)
    assert Payout.objects.count() == 1


def test_every_bad_row_is_named_with_its_column(unit, liaison, item, holders, other_unit):
    first, second, third = holders
    foreign = ItemFactory(organisation=other_unit)
    third.state, third.state_on = "revoked", TODAY
    third.save()
    found = errors(
        unit,
        liaison,
        row(item, first, amount=Decimal(60_000)),
        row(item, second, credit_code="91420000MA0000000X"),
        row(foreign, second),
        row(item, third),
        row(item, second, paid_on=date(2024, 1, 1)),
    )
    told = [(column, message) for (_, column), message in sorted(found.items())]
    assert [column for column, _ in told] == ["E", "A", "C", "A", "F"]
    words = ["超过标准 5 万元", "没有这个信用代码", "没有这个编号", "已吊销", "不能晚于今天"]
    assert all(word in message for word, (_, message) in zip(words, told, strict=True))


def test_a_yearly_item_without_its_year_takes_that_of_the_day(unit, liaison, holders):
    item = ItemFactory(organisation=unit, version__repeat="yearly")
    batch = services.check_payout_workbook(unit, upload([row(item, holders[0])]), actor=liaison, today=TODAY)
    services.apply_payout_workbook(batch, actor=liaison, today=TODAY)
    assert Payout.objects.get().period == "2023"


def test_nobody_imports_for_another_unit(unit, outsider, officer, item, holders):
    for person in (outsider, officer):
        with pytest.raises(Refused, match="没有此项权限"):
            services.check_payout_workbook(unit, upload([row(item, holders[0])]), actor=person, today=TODAY)


def test_a_file_that_is_no_workbook_is_refused(unit, liaison):
    with pytest.raises(Refused):
        services.check_payout_workbook(
            unit, SimpleUploadedFile("兑现.xlsx", b"not a workbook"), actor=liaison, today=TODAY
        )


def test_thousands_of_rows_ask_no_more_questions_than_three(
    unit, liaison, item, holders, django_assert_max_num_queries
):
    file = upload([row(item, holder) for holder in holders])
    with django_assert_max_num_queries(20):
        services.check_payout_workbook(unit, file, actor=liaison, today=TODAY)


def finance(*rows):
    return upload(rows, finance_sheet())


def test_finance_and_ledger_are_compared_within_what_the_person_may_read(
    unit, liaison, outsider, item, holders, payout_of
):
    first, second, third = holders
    payout_of(item, first, paid_on=DAY, voucher="记-1")
    payout_of(item, second, paid_on=DAY, voucher="记-2")
    payout_of(item, third, paid_on=DAY, voucher="记-3")
    rows = [
        {"voucher": "记-1", "credit_code": first.credit_code, "amount": Decimal(50_000), "paid_on": DAY},
        {"voucher": "记-2", "credit_code": second.credit_code, "amount": Decimal(40_000), "paid_on": DAY},
        {"voucher": "记-9", "credit_code": first.credit_code, "amount": Decimal(1), "paid_on": DAY},
    ]
    month = {"start": date(2023, 10, 1), "end": date(2023, 11, 1)}
    found = reconcile_workbook(finance(*rows), actor=liaison, **month)
    assert (found.agreed, len(found.differing)) == (1, 1)
    assert (found.differing[0].amount, found.only_here[0].voucher, found.only_there[0].voucher) == (
        -10_000,
        "记-3",
        "记-9",
    )
    assert len(reconcile_workbook(finance(*rows), actor=outsider, **month).only_there) == 3


def test_finance_s_rows_of_other_days_are_counted_not_dropped_in_silence(
    unit, liaison, item, holders, payout_of
):
    first, second, _third = holders
    payout_of(item, first, paid_on=DAY, voucher="记-1")
    rows = [
        {"voucher": "记-1", "credit_code": first.credit_code, "amount": Decimal(50_000), "paid_on": DAY},
        {
            "voucher": "记-8",
            "credit_code": second.credit_code,
            "name": "云溪县恒力机械有限公司",
            "amount": Decimal(1),
            "paid_on": DAY,
        },
        {"credit_code": second.credit_code, "amount": Decimal(7), "paid_on": date(2023, 11, 1)},
    ]
    found = reconcile_workbook(finance(*rows), actor=liaison, start=date(2023, 10, 1), end=date(2023, 11, 1))
    assert (found.agreed, found.outside, len(found.only_there)) == (1, 1, 1)
    assert found.only_there[0].name == "云溪县恒力机械有限公司"


def finances_own(*rows):
    """Return a workbook as finance makes it: one sheet of its own name."""
    target = BytesIO()
    with Workbook(target) as book:
        sheet = book.add_worksheet("财政支付明细")
        for place, cells in enumerate(rows):
            sheet.write_row(place, 0, cells)
    return SimpleUploadedFile("财政.xlsx", target.getvalue())


def test_finance_s_only_sheet_is_read_whatever_finance_calls_it_and_without_vouchers(liaison):
    file = finances_own(["收款人代码", "拨付金额", "支付日期"], [make_credit_code(7), 1, "2023-10-20"])
    found = reconcile_workbook(file, actor=liaison, start=DAY, end=DAY + timedelta(days=1))
    assert len(found.only_there) == 1


def test_a_finance_workbook_without_a_needed_column_is_refused_and_not_read_as_empty(liaison):
    file = finances_own(["收款人代码", "支付日期"], [make_credit_code(7), "2023-10-20"])
    with pytest.raises(Refused, match="工作簿缺少“金额（元）”列"):
        reconcile_workbook(file, actor=liaison, start=DAY, end=DAY + timedelta(days=1))


def test_tens_of_thousands_of_payments_are_paired_in_one_pass():
    records = [Record(f"记-{place}", "C", Decimal(place), DAY, "甲") for place in range(20_000)]
    started = process_time()
    found = reconcile(records, reversed(records))
    assert (found.agreed, found.only_here, found.only_there) == (20_000, (), ())
    assert process_time() - started < 5
