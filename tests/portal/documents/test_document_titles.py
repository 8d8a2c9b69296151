import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents.numbers import text_width
from portal.documents.titles import TITLE_CHARS, break_title


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("督办事项清单", ("督办事项清单",)),
        (
            "关于2023年10月份优化营商环境重点任务推进情况的通报",
            ("关于2023年10月份优化营商环境", "重点任务推进情况的通报"),
        ),
        (
            "关于2023年第三季度全县优化营商环境工作情况及下一步打算的汇报",
            ("关于2023年第三季度全县优化营商环境", "工作情况及下一步打算的汇报"),
        ),
        ("第一行\n第二行\n", ("第一行", "第二行")),
    ],
)
def test_a_title_breaks_between_words(title, lines):
    assert break_title(title) == lines


def test_a_word_the_caller_names_is_not_split():
    title = "关于在全县推行经营主体住所承诺申报制度有关事项的通知"
    assert any("住所承诺申报制度" in line for line in break_title(title, ["住所承诺申报制度"]))


def test_a_quoted_name_and_a_number_stay_whole():
    lines = break_title("关于印发《云溪县优化营商环境行动方案》和2024年12月份任务清单的通知")
    assert any("《云溪县优化营商环境行动方案》" in line for line in lines)
    assert any("2024年12月份" in line for line in lines)


def test_a_title_without_any_word_break_is_cut_rather_than_overrun():
    lines = break_title("《" + "一" * 130 + "》")
    assert all(text_width(line) <= TITLE_CHARS for line in lines)


@given(
    st.text(alphabet="关于优化营商环境工作通报的和了、，《》（）0123456789abc年月", min_size=1, max_size=48)
)
def test_no_line_is_too_wide_and_nothing_is_lost(title):
    lines = break_title(title)
    assert "".join(lines) == title
    assert all(text_width(line) <= TITLE_CHARS for line in lines)
