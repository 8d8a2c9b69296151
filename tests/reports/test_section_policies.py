"""惠企政策兑现情况 by table: with, without, and at the edges."""

from datetime import date

import pytest

from reports.sections import Book, policies
from reports.sections.subject import Subject
from reports.texts.content import text_of
from tests.reports.sheets import figure, values


def book(*figures, **more):
    return Book(month=date(2023, 10, 1), as_of=date(2023, 10, 31), values=values(*figures), **more)


def said(key, number, unit, previous=None, **more):
    return figure(f"policies.{key}", number, previous, unit=unit, **more)


FULL = (
    said("items", 70, "项"),
    said("items.automatic", 45, "项"),
    said("items.instant", 25, "项"),
    said("items.promise", 0, "项"),
    said("paid_10k_yuan", "3679.50", "万元"),
    said("payouts", 2070, "笔"),
    said("paid_enterprises", 1435, "家"),
    said("paid_this_period_10k_yuan", "82.40", "万元", "374.00"),
    said("payouts_this_period", 435, "笔"),
    said("payouts.automatic_share", "98.2", "%"),
    said("days_to_payout", "30.6", "天"),
    said("qualified", 2461, "家"),
    said("coverage", "58.3", "%"),
    said("items.without_payout", 43, "项"),
    said("units.kegong.items", 24, "项", name="县科工局惠企政策事项"),
    said("units.kegong.paid_10k_yuan", "2273.00", "万元", name="县科工局兑现金额（万元）"),
    said("units.renshe.items", 5, "项", name="县人社局惠企政策事项"),
    said("units.renshe.paid_10k_yuan", "404.10", "万元", name="县人社局兑现金额（万元）"),
    said("units.canlian.paid_10k_yuan", "0.00", "万元", name="县残联兑现金额（万元）"),
)


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (policies.items, "截至10月31日，全县发布惠企政策事项70项，其中免申即享45项、即申即享25项。"),
        (policies.paid, "今年以来累计兑现惠企资金3679.5万元，2070笔，惠及市场主体1435家。"),
        (policies.paid_now, "本月兑现82.4万元，435笔，较上月减少291.6万元。"),
        (policies.share, "免申即享兑现占98.2%，从推送到拨付平均30.6天。"),
        (policies.units, "兑现金额较多的是县科工局2273万元、县人社局404.1万元。"),
        (policies.reach, "经数据比对，符合资金类事项条件的市场主体2461家，政策覆盖率58.3%。"),
        (
            policies.without,
            "今年以来尚无资金兑现的事项（含非资金类）43项，有关单位要逐项核实原因、主动对接企业。",
        ),
    ],
)
def test_each_sentence_of_a_full_month(write, sentence):
    assert text_of(write(book(*FULL))) == sentence


@pytest.mark.parametrize(
    ("figures", "write", "sentence"),
    [
        ((), policies.paid, ""),
        ((said("paid_10k_yuan", "0.00", "万元"),), policies.paid, "今年以来尚未兑现惠企资金。"),
        (
            (said("paid_10k_yuan", "3.00", "万元"), said("paid_this_period_10k_yuan", "0.00", "万元")),
            policies.paid_now,
            "本月没有新增兑现。",
        ),
        ((said("qualified", None, "家"),), policies.reach, ""),
        ((said("items", 0, "项"),), policies.items, ""),
    ],
)
def test_at_the_edges(figures, write, sentence):
    assert text_of(write(book(*figures))) == sentence


def test_the_table_names_the_units_that_paid_the_largest_first():
    rows = policies.table(book(*FULL)).rows
    assert [row[0][0].text for row in rows] == ["县科工局", "县人社局"]
    assert rows[0][2][0].figure == "policies.units.kegong.paid_10k_yuan"


def test_without_any_item_and_in_a_narrow_special_bulletin_nothing_is_said():
    assert policies.write(book()).blocks == ()
    narrow = Subject(occasion="专项核查", lists=("SP",))
    assert policies.write(book(*FULL, subject=narrow)).blocks == ()
