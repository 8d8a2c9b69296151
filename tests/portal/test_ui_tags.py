"""The small pieces of every page say what they should, in the words and forms of the office."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.forms.styles import Styled
from portal.templatetags import portal_ui
from portal.templatetags.glyphs import GLYPHS, STATE_GLYPHS

TODAY = date(2023, 11, 10)
CHINA = ZoneInfo("Asia/Shanghai")


def shown(source, path="/items/", **context):
    request = RequestFactory().get(path)
    return Template(source).render(Context({"today": TODAY, "request": request, **context})).strip()


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("{{ value|short_date }}", date(2023, 11, 8), "11月8日"),
        ("{{ value|short_date }}", None, "—"),
        ("{{ value|full_date }}", date(2022, 3, 1), "2022年3月1日"),
        ("{% day value %}", date(2023, 1, 9), "1月9日"),
        ("{% day value %}", date(2024, 1, 9), "2024年1月9日"),
        ("{% day value %}", None, "—"),
        # Sixteen o'clock in London is the next day in the county.
        ("{% day value %}", datetime(2023, 12, 31, 16, 30, tzinfo=ZoneInfo("UTC")), "2024年1月1日"),
        ("{{ value|moment }}", datetime(2023, 11, 8, 16, 20, tzinfo=CHINA), "11月8日 16:20"),
        ("{{ value|month_label }}", date(2023, 10, 1), "2023年10月"),
        ("{{ value|distance:today }}", date(2023, 11, 13), "剩3天"),
        ("{{ value|distance:today }}", TODAY, "今天到期"),
        ("{{ value|distance:today }}", date(2023, 11, 8), "逾期2天"),
        ("{{ value|distance:today }}", None, ""),
        ("{{ value|plain }}", Decimal("3679.500"), "3,679.5"),
        ("{{ value|plain }}", Decimal("100.00"), "100"),
        ("{{ value|plain }}", Decimal("1E+3"), "1,000"),
        ("{{ value|plain }}", 1200, "1,200"),
        ("{{ value|plain }}", 0, "0"),
        ("{{ value|plain }}", None, "—"),
        ("{{ value|or_dash }}", 0, "0"),
        ("{{ value|or_dash }}", "", "—"),
        ("{{ value|file_size }}", 300, "1 KB"),
        ("{{ value|file_size }}", 49_000, "48 KB"),
        ("{{ value|file_size }}", 2_202_009, "2.1 MB"),
        ("{{ value|names|join:'+' }}", "unit, due_on ,", "unit+due_on"),
        ("{{ value|names|join:'+' }}", ["unit"], "unit"),
    ],
)
def test_dates_and_numbers_are_written_as_the_office_writes_them(source, value, words):
    assert shown(source, value=value) == words


@pytest.mark.parametrize(
    ("value", "tone", "words"),
    [
        (date(2023, 11, 30), "dist", "剩20天"),
        (date(2023, 11, 17), "dist dist--soon", "剩7天"),
        (TODAY, "dist dist--soon", "今天到期"),
        (date(2023, 10, 31), "dist dist--late", "逾期10天"),
    ],
)
def test_a_due_date_carries_its_distance_and_tone(value, tone, words):
    assert shown("{% due value %}", value=value).endswith(f'<span class="{tone}">{words}</span>')


def test_no_due_date_is_a_dash():
    assert shown("{% due value %}", value=None) == "—"


@pytest.mark.parametrize(("colour", "word"), portal_ui.LAMP_WORDS.items())
def test_a_lamp_says_its_colour_in_a_word_and_gives_the_reason(colour, word):
    html = shown("{% lamp colour reason %}", colour=colour, reason="<逾期10天>")
    assert f">{word}</i>" in html
    assert "&lt;逾期10天&gt;" in html


def test_every_state_has_a_glyph_that_exists():
    assert set(STATE_GLYPHS.values()) <= set(GLYPHS)


@pytest.mark.parametrize(
    ("source", "glyph", "kind"),
    [
        ('{% state "planned" "未启动" %}', "none", "state state--planned"),
        ('{% state "draft" "草稿" %}', "quarter", "state state--draft"),
        ('{% state "in_progress" "推进中" %}', "quarter", "state"),
        ('{% state "returned" "已退回" %}', "back", "state state--returned"),
        ('{% state "cancelled" "已取消" %}', "stop", "state state--stopped"),
        ('{% state "closed" "已销号" %}', "done", "state"),
        ('{% state "some_other" "公示中" %}', "quarter", "state"),
        ('{% state "some_other" "公示中" 0 5 %}', "none", "state state--planned"),
        ('{% state "some_other" "公示中" 2 5 %}', "half", "state"),
        ('{% state "some_other" "公示中" 4 5 %}', "done", "state"),
        ('{% state "some_other" "公示中" 5 5 %}', "done", "state"),
    ],
)
def test_a_state_is_drawn_by_its_value_or_by_its_step(source, glyph, kind):
    html = shown(source)
    assert html.startswith(f'<span class="{kind}">')
    assert GLYPHS[glyph] in html


def test_progress_is_drawn_against_the_schedule_and_never_beyond_its_track():
    html = shown("{% pace percent elapsed 'red' 50 %}", percent=Decimal("120"), elapsed=Decimal(200))
    assert 'class="fill fill--red" y="3" width="50.0"' in html
    assert 'd="M49.0 0v12"' in html
    assert "已审核 120%，序时 200%" in html


def test_progress_that_was_never_reported_is_no_zero():
    html = shown("{% pace None None %}")
    assert '<span class="pace__n">—</span>' in html
    assert "尚无已审核进度" in html
    assert "tick" not in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("{% delta 12 %}", '<span class="delta delta--better">较上月 <b>+12</b> ↑</span>'),
        ("{% delta -2 '' 'lower' %}", '<span class="delta delta--better">较上月 <b>−2</b> ↓</span>'),
        ("{% delta 3 '' 'lower' %}", '<span class="delta delta--worse">较上月 <b>+3</b> ↑</span>'),
        ("{% delta 412 '' 'none' %}", '<span class="delta">较上月 <b>+412</b> ↑</span>'),
        ("{% delta 0 %}", '<span class="delta">较上月 持平</span>'),
        ("{% delta None %}", '<span class="delta">较上月 —</span>'),
        (
            "{% delta 2 '位' 'higher' '较上季' %}",
            '<span class="delta delta--better">较上季 <b>+2</b> 位 ↑</span>',
        ),
    ],
)
def test_a_change_says_direction_by_arrow_and_judgement_by_colour(source, html):
    assert shown(source) == html


def test_icons_are_decoration():
    assert 'aria-hidden="true"' in shown('{% icon "bell" %}')


def test_a_column_head_sorts_the_other_way_the_second_time_and_starts_at_page_one():
    head = '{% sort_head "due_on" "完成时限" "w-due" %}'
    fresh = shown(head, "/items/?lamp=red&page=3")
    assert 'aria-sort="none"' in fresh
    assert 'href="?lamp=red&amp;sort=due_on"' in fresh
    assert 'class="w-due"' in fresh
    again = shown(head, "/items/?sort=due_on")
    assert 'aria-sort="ascending"' in again
    assert 'href="?sort=-due_on"' in again


def test_a_filter_keeps_sorting_and_size_but_not_the_page():
    class Filter(forms.Form):
        lamp = forms.CharField()

    html = shown("{% kept_params form %}", "/items/?lamp=red&sort=-due_on&size=50&page=4", form=Filter())
    assert (
        html
        == '<input type="hidden" name="sort" value="-due_on"><input type="hidden" name="size" value="50">'
    )


def test_far_page_numbers_are_left_out():
    page = Paginator(range(400), 20).page(10)
    source = "{% page_numbers page as numbers %}{% for number in numbers %}{{ number }} {% endfor %}"
    assert shown(source, page=page) == "1 … 8 9 10 11 12 … 20"


class CaseForm(Styled, forms.Form):
    """A form with each way of asking."""

    title = forms.CharField(label="标题", max_length=40, help_text="一句话概括")
    text = forms.CharField(label="经过", widget=forms.Textarea, max_length=300)
    kind = forms.ChoiceField(label="类别", choices=[("a", "投诉"), ("b", "建议")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="以上内容属实")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def rendered(data=None):
    return render_to_string("components/form.html", {"form": CaseForm(data), "today": TODAY})


def test_each_field_has_a_label_its_help_and_its_mark():
    html = rendered()
    assert (
        '<label class="field__label" for="id_title">标题<span class="field__must">必填</span></label>' in html
    )
    assert 'id="id_title_helptext">一句话概括<' in html
    assert 'aria-describedby="id_title_helptext"' in html
    assert "<legend" in html
    assert 'id="id_text-count"' in html
    assert "error-summary" not in html


class CountForm(Styled, forms.Form):
    count = forms.IntegerField(label="家数", min_value=1, max_value=9)


@pytest.mark.parametrize(
    ("typed", "words"), [("0", "家数不能小于 1"), ("10", "家数不能大于 9"), ("x", "家数应填数字")]
)
def test_a_number_out_of_its_range_is_told_its_limit(typed, words):
    assert CountForm({"count": typed}).errors["count"] == [words]


def test_what_is_wrong_is_said_at_the_top_and_beside_the_field():
    html = rendered({"title": "x" * 41, "text": "y"})
    assert "有 3 处需要改正" in html
    assert '<a href="#id_title">' in html
    # A group of dots has no control of its own: the link leads to its first one.
    assert '<a href="#id_kind_0">' in html
    assert 'aria-invalid="true"' in html
    assert html.count('id="id_title_error"') == 1
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert '<a href="#id_kind_0">请选择类别</a>' in html  # the sentence names the field itself
    assert '<a href="#id_title">标题：' in html
    assert "请勾选以上内容属实" in html


def test_a_hidden_field_is_neither_labelled_nor_lost():
    assert rendered().count('name="token"') == 1
    assert 'for="id_token"' not in rendered()
