"""The editors of conditions and standards, with and without a script."""

from http import HTTPStatus

import pytest

from policies.services.catalogue import draft_of
from tests.conftest import TODAY
from tests.factories_enterprises import TownFactory
from tests.factories_policies import KnownEnterpriseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "calendar")]
PART = {"HX-Request": "true"}


@pytest.fixture
def editor(client, item, liaison):
    client.force_login(liaison)
    path = f"{item.get_absolute_url()}conditions/"

    def send(op, *, headers=None, **typed):
        return client.post(path, {"c__kind": "all", "op": op, **typed}, headers=headers)

    send.open = lambda: client.get(path)
    return send


def text(answer):
    return answer.content.decode()


def label(name="c-0", *labels):
    return {f"{name}__kind": "label", f"{name}__labels": list(labels)}


def revenue(name, value, unit="万元", op="at_least"):
    return {
        f"{name}__kind": "fact",
        f"{name}__fact": "revenue",
        f"{name}__op": op,
        f"{name}__value": value,
        f"{name}__unit": unit,
    }


def test_the_editor_shows_the_stored_conditions_as_a_sentence_with_the_count(editor, holder):
    KnownEnterpriseFactory()
    page = text(editor.open())
    assert "认定为规上工业。" in page
    assert 'name="c-0__labels" value="industry_above" checked' in page
    assert '符合</span><span class="figure__value">1<' in page
    assert '不符合</span><span class="figure__value">1<' in page


def test_a_condition_is_added_with_a_button_and_nothing_typed_is_lost(editor, item):
    answer = editor("add:c", c__new="fact", **label("c-0", "high_tech:national"))
    page = text(answer)
    assert answer.status_code == HTTPStatus.OK
    assert 'value="high_tech:national" checked' in page
    assert 'name="c-1__value"' in page
    assert "请填写" not in page
    assert draft_of(item) is None


def test_conditions_and_groups_are_removed_and_numbered_anew(editor):
    typed = {**label("c-0", "industry_above"), **revenue("c-1", "2000")}
    page = text(editor("remove:c-0", **typed))
    assert 'name="c-0__value" value="2000"' in page
    assert "c-1__kind" not in page


def test_groups_nest_no_deeper_than_the_reader_takes(editor, item):
    typed = {
        "c-0__kind": "any",
        "c-0-0__kind": "none",
        **label("c-0-0-0", "dishonest"),
    }
    page = text(editor("preview", **typed))
    assert 'value="group:c-0"' in page
    assert 'value="group:c-0-0"' not in page


def test_a_change_answers_with_the_count_alone(editor, holder):
    page = text(editor("preview", headers=PART, **label("c-0", "industry_above")))
    assert "<html" not in page
    assert "condition-result" in page
    assert "condition-editor" not in page


def test_the_count_says_what_keeps_the_others_out(editor, holder):
    KnownEnterpriseFactory(labels={"industry_above": TODAY.replace(year=2022)}, facts={"revenue": 1500})
    typed = {**label("c-0", "industry_above"), **revenue("c-1", "2000")}
    page = text(editor("preview", headers=PART, **typed))
    assert "且营业收入不低于 2,000 万元" in page
    assert '信息不足</span><span class="figure__value">1<' in page
    assert "其余企业为什么不符合" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (revenue("c-0", ""), "请填写营业收入"),
        (revenue("c-0", "-5"), "不能小于0"),
        (label("c-0"), "请选择资质，至少一项"),
        ({"c-0__kind": "any"}, "还没有条件"),
        ({"c-0__kind": "industry", "c-0__codes": "99"}, "不在国民经济行业分类中"),
        ({**label("c-0", "industry_above"), "c-0__valid_from": "明天"}, "2023-11-08 的样子"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_the_condition(editor, item, typed, sentence):
    answer = editor("save", **typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text(answer)
    assert draft_of(item) is None


def test_a_threshold_in_the_wrong_unit_is_pointed_out(editor):
    page = text(editor("preview", headers=PART, **revenue("c-0", "2000", "元")))
    assert "折合 0.2 万元，请核对单位是否填错" in page


def test_conditions_without_a_source_are_counted_in_one_line(editor):
    typed = {**revenue("c-0", "2000"), **revenue("c-1", "9000", op="at_most")}
    page = text(editor("preview", headers=PART, **typed))
    assert page.count("没有写明条款出处") == 1
    assert "有 2 个条件没有写明条款出处" in page


def test_contradictory_conditions_are_pointed_out(editor):
    typed = {**revenue("c-0", "2000"), **revenue("c-1", "1000", op="at_most")}
    assert "互相矛盾" in text(editor("preview", headers=PART, **typed))


def test_towns_keep_their_names_and_industries_take_sections_and_codes(editor, item):
    TownFactory(code="chengguan", short_name="城关镇")
    typed = {
        "c-0__kind": "town",
        "c-0__values": ["chengguan"],
        "c-1__kind": "industry",
        "c-1__sections": ["C"],
        "c-1__codes": "65、6513",
    }
    editor("save", edit="", **typed)
    town, industry = draft_of(item).conditions["of"]
    assert town == {"kind": "town", "values": ["chengguan"], "names": ["城关镇"]}
    assert industry["values"] == ["C", "65", "6513"]


def test_one_enterprise_is_tried_by_its_name(editor, holder):
    KnownEnterpriseFactory(name="云溪县恒力纺织有限公司", facts={"revenue": 1200})
    page = text(editor("test", headers=PART, trial="恒力纺织", **revenue("c-0", "2000")))
    assert "还差：营业收入 800 万元" in page
    page = text(editor("test", headers=PART, trial="恒力", **revenue("c-0", "2000")))
    assert "有 2 家名称相近" in page
    page = text(editor(f"test:{holder.credit_code}", headers=PART, **revenue("c-0", "2000")))
    assert "缺少：营业收入" in page
    KnownEnterpriseFactory.create_batch(9, name="云溪县恒力机械有限公司")
    page = text(editor("test", headers=PART, trial="恒力", **revenue("c-0", "2000")))
    assert "名称相近的很多，这里列出前 8 家" in page


def test_saving_without_conditions_takes_them_away(editor, item):
    editor("save")
    assert draft_of(item).conditions is None


@pytest.fixture
def amount(client, item, liaison):
    client.force_login(liaison)

    def send(op, **typed):
        values = {"op": op, "unit": "万元", "repeat": "once", **typed}
        return client.post(f"{item.get_absolute_url()}amount/", values)

    send.open = lambda: client.get(f"{item.get_absolute_url()}amount/")
    return send


def test_the_stored_standard_is_shown_in_ten_thousands_where_it_is_whole(amount):
    page = text(amount.open())
    assert 'name="amount" inputmode="decimal" value="5"' in page
    assert "每家金额（万元）" in page
    assert "每家 5 万元。" in page


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"kind": "fixed", "amount": "3.5"}, {"kind": "fixed", "amount": 35_000}),
        (
            {"kind": "rate", "rate": "10", "base": "rd_expense", "cap": "50", "step": "yuan"},
            {
                "kind": "rate",
                "rate": 10,
                "base": "rd_expense",
                "cap": 500_000,
                "step": "yuan",
                "mode": "half_up",
            },
        ),
        (
            {"kind": "levels", "row0_label": "specialised:provincial", "row0_amount": "10"},
            {"kind": "levels", "levels": [{"label": "specialised:provincial", "amount": 100_000}]},
        ),
        ({"kind": "none", "benefit": "免费质量诊断"}, {"kind": "none", "benefit": "免费质量诊断"}),
    ],
)
def test_every_kind_of_standard_is_typed_in_and_kept_in_yuan(amount, item, typed, stored):
    assert amount("save", **typed).status_code == HTTPStatus.FOUND
    assert draft_of(item).amount == stored


def test_bands_are_kept_in_their_order(amount, item):
    typed = {"kind": "bands", "base": "revenue", "row0_start": "0", "row0_amount": "1"}
    amount("save", **typed, row1_start="2000", row1_amount="5")
    assert draft_of(item).amount["bands"] == [
        {"start": 0, "amount": 10_000},
        {"start": 2000, "amount": 50_000},
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "rate", "rate": "500", "base": "tax"}, "超过 100%"),
        ({"kind": "fixed", "amount": "-1"}, "不能是负数"),
        ({"kind": "rate", "rate": "5", "base": "tax", "floor": "9", "cap": "3"}, "低于保底"),
        ({"kind": "fixed", "amount": "5", "share_county": "50"}, "合计应为 100%"),
    ],
)
def test_a_standard_that_cannot_be_is_refused_and_kept_on_the_page(amount, item, typed, sentence):
    answer = amount("save", **typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text(answer)
    assert draft_of(item) is None


def test_the_calculation_for_one_enterprise_is_shown_line_by_line(amount):
    KnownEnterpriseFactory(name="云溪县恒力纺织有限公司", facts={"rd_expense": 800})
    typed = {"kind": "rate", "rate": "10", "base": "rd_expense", "cap": "50", "trial": "恒力纺织"}
    page = text(amount("try", **typed))
    assert "研发费用 800 万元 × 10%" in page
    assert "最高 50 万元" in page
    assert '<td class="num">500,000</td>' in page
