"""The parameters of a scoring method are fields on the page of an indicator."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from indicators.forms.scoring import FORMS, stored_values
from indicators.models import Indicator, Measurement
from indicators.scoring import METHODS
from tests.ceilings.test_pages import asked
from tests.factories import IndicatorFactory
from tests.indicators.test_scoring import methods

BANDS = [{"to": 60, "points": 0}, {"from": 60, "to": 80, "points": 6}, {"from": 80, "points": 10}]
STORED = [
    ("direct", {"full": 100}),
    ("frontier", {"better": "lower", "best": "0.5", "worst": 3, "full": 100}),
    ("frontier", {"better": "higher", "best": 90, "worst": 90, "full": 15}),
    ("efficacy", {"way": "higher", "best": 100, "worst": 60, "stop": 0, "full": 20}),
    (
        "efficacy",
        {
            "way": "lower",
            "best": 1,
            "worst": 5,
            "stop": "2.5",
            "full": 20,
            "full_when": {"comparison": "<=", "value": 0},
        },
    ),
    ("efficacy", {"way": "higher_quota", "upper": 90, "lower": 60, "stop": 5, "full": 20}),
    ("efficacy", {"way": "lower_quota", "upper": 9, "lower": 2, "stop": 0, "full": 100}),
    ("interval", {"bands": BANDS, "includes": "upper", "full": 10}),
    (
        "deduction",
        {
            "better": "higher",
            "target": 98,
            "each": "0.5",
            "stop": 0,
            "per": 1,
            "full": 25,
            "basis": "percent",
            "whole_units": True,
        },
    ),
]
VALUES = {"better": "higher", "best": 95, "worst": 60, "full": 100}


class Controls(HTMLParser):
    """What a browser would send: the values of all controls of the page's form."""

    def __init__(self, response):
        super().__init__()
        self.sent, self.select, self.area = {}, None, None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "input" and name and (attrs.get("type") != "checkbox" or "checked" in attrs):
            self.sent[name] = "on" if attrs.get("type") == "checkbox" else attrs.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and (self.select not in self.sent or "selected" in attrs):
            self.sent[self.select] = attrs.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.sent[name] = ""

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] += data.strip()

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None


@pytest.fixture
def leaf(task_force, unit):
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
        parameters=VALUES,
    )


@pytest.fixture
def desk(client, officer, leaf):
    """The office's page of the indicator: get it, or send it with changes."""
    client.force_login(officer)
    url = f"/indicators/2023/provincial/{leaf.code}/"

    def send(changes=None, *, drop=(), **headers):
        if changes is None:
            return client.get(url)
        sent = {**Controls(client.get(url)).sent, **changes}
        return client.post(url, {key: sent[key] for key in sent if key not in drop}, headers=headers)

    send.url = url
    return send


def store(leaf, method, parameters):
    Indicator.objects.filter(pk=leaf.pk).update(method=method, parameters=parameters)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "params"), STORED)
def test_stored_parameters_come_back_from_the_page_as_they_were(kind, params, desk, leaf):
    store(leaf, kind, params)
    Measurement.objects.create(indicator=leaf, period=date(2023, 9, 1), value=Decimal(80))
    assert desk({}).status_code == HTTPStatus.FOUND
    leaf.refresh_from_db()
    assert (leaf.method, leaf.parameters, leaf.retired_on) == (kind, params, None)


# The first draw of a run reads every loaded module for constants, which takes seconds in a new checkout.
@given(methods())
def test_any_method_survives_its_form(method):
    form_class = FORMS[method.kind]
    initial = stored_values(method.kind, method.to_params())
    sent = {form_class.control(name): value for name, value in initial.items() if value is not False}
    form = form_class(sent)
    assert form.is_valid(), form.errors
    assert form.method == method


def test_every_method_has_a_form():
    assert FORMS.keys() == METHODS.keys() == set(Indicator.Method.values) - {"none"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("frontier", {"best": "95.0", "worst": 60}),
        ("direct", {}),
        ("interval", {"bands": BANDS}),
        ("efficacy", {"way": "higher", "best": "100.00", "worst": 60, "stop": "0"}),
    ],
)
def test_the_same_numbers_written_otherwise_supersede_nothing(kind, params, desk, leaf):
    store(leaf, kind, params)
    Measurement.objects.create(indicator=leaf, period=date(2023, 9, 1), value=Decimal(80))
    desk({"name": "并联审批占比"})
    leaf.refresh_from_db()
    assert (leaf.name, leaf.parameters, leaf.retired_on) == ("并联审批占比", params, None)
    assert Indicator.objects.filter(supersedes=leaf).count() == 0


@pytest.mark.django_db
def test_another_number_supersedes_what_has_data(desk, leaf):
    Measurement.objects.create(indicator=leaf, period=date(2023, 9, 1), value=Decimal(80))
    desk({"frontier-best": "98.50"})
    fresh = Indicator.objects.get(supersedes=leaf)
    leaf.refresh_from_db()
    assert fresh.parameters == VALUES | {"best": "98.5"}
    assert leaf.parameters == VALUES


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("direct", {"direct-full": "0"}, "满分不能小于0.01"),
        ("frontier", {"frontier-best": "很好"}, "最优值应填数字，现为“很好”"),
        ("frontier", {"frontier-best": "7"}, "负向指标的最优值应小于最差值"),
        ("frontier", {"frontier-worst": ""}, "请填写最差值"),
        ("efficacy", {"efficacy-stop": "30"}, "止扣值应在0与满分20之间"),
        ("efficacy", {"efficacy-mark": "30"}, "满分条件的比较应从＞、≥、＜、≤、＝中选择"),
        ("efficacy", {"efficacy-comparison": ">"}, "请填写满分条件的数值"),
        ("interval", {"interval-1-from": "61"}, "第2档的下限应等于第1档的上限"),
        ("interval", {"interval-1-points": "多"}, "第2档的得分应填数字，现为“多”"),
        ("interval", {"interval-5-to": "99"}, "第4档的得分"),
        ("deduction", {"deduction-per": "-1"}, "偏离单位应大于0"),
    ],
)
def test_wrong_entries_are_answered_with_a_sentence_and_kept(kind, changes, sentence, desk, leaf):
    params = next(params for one, params in STORED if one == kind)
    store(leaf, kind, params)
    page = desk({"name": "新名称", **changes})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in page.content.decode()
    sent = Controls(page).sent
    assert sent["name"] == "新名称"
    # A row of bands moves up to where it counts.
    assert set(changes.values()) <= set(sent.values())
    leaf.refresh_from_db()
    assert (leaf.name, leaf.parameters) == ("并联审批率", params)


@pytest.mark.django_db
def test_empty_rows_between_bands_are_left_out(desk, leaf):
    store(leaf, "interval", {"bands": BANDS, "includes": "lower", "full": 10})
    last = {"interval-2-from": "", "interval-2-points": "", "interval-4-from": "80", "interval-4-points": "9"}
    assert desk(last).status_code == HTTPStatus.FOUND
    leaf.refresh_from_db()
    assert leaf.parameters["bands"] == [*BANDS[:2], {"from": 80, "points": 9}]


@pytest.mark.django_db
def test_another_method_shows_its_fields_without_a_script_and_saves_nothing(desk, leaf):
    page = desk(
        {"op": "method", "method": "efficacy", "name": "新名称", "weight": "x", "frontier-best": "97"}
    )
    sent = Controls(page).sent
    assert page.status_code == HTTPStatus.OK
    assert "<title>" in page.content.decode()
    assert (sent["name"], sent["weight"], sent["method"]) == ("新名称", "x", "efficacy")
    # What the indicator knows is suggested, what was entered for the other method comes back with it.
    assert (sent["efficacy-best"], sent["efficacy-worst"], sent["efficacy-way"]) == (
        "95",
        "60",
        "higher",
    )
    assert "监测值等于对标值95%时" in page.content.decode()
    assert sent["frontier-best"] == "97"
    assert 'type="hidden" name="frontier-best"' in page.content.decode()
    leaf.refresh_from_db()
    assert (leaf.method, leaf.parameters, leaf.name) == ("frontier", VALUES, "并联审批率")


@pytest.mark.django_db
def test_a_method_chosen_and_saved_at_once_is_asked_for_its_parameters(desk, leaf):
    page = desk({"method": "deduction"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "已改为扣分法，请核对下方的计分参数后再保存" in page.content.decode()
    sent = Controls(page).sent | {"deduction-each": "2"}
    assert desk(sent).status_code == HTTPStatus.FOUND
    leaf.refresh_from_db()
    assert (leaf.method, leaf.parameters["each"], leaf.parameters["target"]) == ("deduction", 2, 95)


@pytest.mark.django_db
def test_thresholds_take_the_values_over_when_the_way_is_changed(desk, leaf):
    store(leaf, "efficacy", STORED[3][1])
    sent = Controls(desk({"op": "method", "efficacy-way": "lower_quota"})).sent
    assert (sent["efficacy-lower"], sent["efficacy-upper"], sent["efficacy-best"]) == ("100", "60", "100")
    assert "efficacy-mark" not in Controls(desk({"efficacy-way": "higher_quota"})).sent


@pytest.mark.django_db
def test_no_score_shows_no_fields_and_stores_no_parameters(desk, leaf):
    page = desk({"op": "method", "method": "none"})
    assert "不参加得分汇总" in page.content.decode()
    assert 'id="id_frontier-best"' not in page.content.decode()
    assert desk({"method": "none"}).status_code == HTTPStatus.FOUND
    leaf.refresh_from_db()
    assert (leaf.method, leaf.parameters) == ("none", {})


@pytest.mark.django_db
def test_a_script_gets_only_the_block_of_the_method(desk):
    page = desk({"method": "interval", "interval-0-to": "60"}, **{"HX-Request": "true"})
    text = page.content.decode()
    assert page.status_code == HTTPStatus.OK
    assert text.strip().startswith('<fieldset class="rule" id="scoring"')
    assert text.count("<tr>") == 7  # the heading and six bands
    assert Controls(page).sent["interval-0-to"] == "60"


@pytest.mark.django_db
def test_three_more_rows_of_bands_up_to_twenty(desk, leaf):
    store(leaf, "interval", STORED[7][1])
    page = desk({"op": "rows", "interval-0-to": "61"})
    assert page.content.decode().count("<tr>") == 10
    assert Controls(page).sent["interval-0-to"] == "61"
    page = desk({"op": "rows", "interval-18-from": ""})
    assert page.content.decode().count("<tr>") == 21
    assert "再加3行" not in page.content.decode()


@pytest.mark.django_db
def test_the_page_says_how_the_score_comes_about(desk, leaf):
    Indicator.objects.filter(pk=leaf.pk).update(target=Decimal("87.9"))
    text = desk().content.decode()
    assert "监测值等于目标值87.9%时：（87.9 − 60）÷（95 − 60）× 100 = 79.71，得79.71分。" in text
    assert "监测值等于对标值95%时：（95 − 60）÷（95 − 60）× 100 = 100，得100分。" in text
    Indicator.objects.filter(pk=leaf.pk).update(target=None, benchmark=None)
    text = desk().content.decode()
    assert "得分怎样算" in text
    assert "监测值等于" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("params", [{"best": "很好"}, ["x"], {"bands": "x"}, "x"])
def test_stored_parameters_that_cannot_be_used_are_shown_and_refused(params, desk, leaf):
    for kind in FORMS:
        store(leaf, kind, params)
        assert desk().status_code == HTTPStatus.OK
    store(leaf, "frontier", params)
    assert desk({}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["liaison", "chief", "sysadmin"])
def test_others_can_neither_see_nor_change_the_method(persona, client, desk, leaf, request):
    client.force_login(request.getfixturevalue(persona))
    for answer in (client.get(desk.url), client.post(desk.url, {"op": "method", "method": "direct"})):
        assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "most"), [({"op": "method", "method": "interval"}, 20), ({"frontier-best": "99"}, 15)]
)
def test_the_page_keeps_within_its_queries(changes, most, client, desk, leaf):
    sent = {**Controls(desk()).sent, **changes}
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.post(desk.url, sent)
    assert asked(captured) <= most
