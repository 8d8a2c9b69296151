"""What identifies a person goes out of a text, whatever its spelling; what does not stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.masking import (
    MASK,
    Known,
    leaks,
    mask_company,
    mask_name,
    mask_phone,
    mask_text,
    neutral_file_name,
)

KNOWN = Known(
    names=("喆明远",),
    phones=("13800138000",),
    companies=("云溪县喆远食品有限公司",),
    others=("解放路18号",),
)


@pytest.mark.parametrize(
    "text",
    [
        "请联系喆明远",
        "请联系喆 明 远",
        "电话13800138000",
        "电话138 0013 8000",
        "电话138-0013-8000",
        "电话１３８００１３８０００",
        "电话+86 13800138000",
        "电话138\u200b0013\u200b8000",
        "喆远食品三次补正",
        "云溪县喆远食品有限公司",
        "住解放路18号",
    ],
)
def test_what_is_known_of_the_person_is_taken_out_in_any_spelling(text):
    masked = mask_text(text, KNOWN)
    assert MASK in masked
    for secret in ("喆明远", "喆远", "解放路18号", "13800138000"):
        assert secret not in masked.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("身份证41132419900101123X，", "41132419900101123X"),
        ("信用代码91411324MA9F1234X5。", "91411324MA9F1234X5"),
        ("邮箱zhang.san@example.com 收", "zhang.san@example.com"),
        ("卡号6222 0217 0200 1234 567", "6222"),
        ("座机0377-63123456", "63123456"),
        ("座机（0377）63123456", "63123456"),
        ("微信号：yunxi_2023", "yunxi_2023"),
        ("车牌豫R·12345", "12345"),
        ("联系人：赵立新，", "赵立新"),
        ("我叫钱多多，", "钱多多"),
        ("本公司河东建材有限公司多次申请", "河东建材"),
        ("法定代表人孙志远向贵局反映", "孙志远"),
        ("喜来小吃店（个体工商户）的执照", "喜来小吃店"),
    ],
)
def test_what_has_the_shape_of_an_identity_is_taken_out_unknown(text, gone):
    assert gone not in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023年11月8日申请施工许可，三次补正，共计12万元。",
        "文号云政办〔2023〕15号",
        "统一收费标准为每平方米 3.5 元",
        "县住房和城乡建设局窗口",
        "咨询个体工商户设立登记需要哪些材料",
    ],
)
def test_what_identifies_nobody_stays(text):
    assert mask_text(text, KNOWN) == text


@given(st.text(alphabet="喆明远138000食品公司 -，。我是联系人：a@b.cn0377", max_size=60))
def test_masking_twice_changes_nothing(text):
    once = mask_text(text, KNOWN)
    assert mask_text(once, KNOWN) == once


def test_values_shown_on_their_own():
    assert mask_name("喆明远") == "喆＊＊"
    assert mask_name("喆") == "＊"
    assert mask_phone("138 0013 8000") == "138****8000"
    assert mask_phone("12345") == "＊＊＊＊＊"
    assert (mask_company("某某公司"), mask_company("")) == ("某企业", "")
    assert neutral_file_name(2, "JPG") == "材料2.jpg"


def test_what_still_names_the_person_is_found_before_a_unit_gets_it():
    assert leaks("请联系喆明远，138 0013 8000", KNOWN) == ["喆明远", "13800138000"]
    assert leaks(mask_text("请联系喆明远，138 0013 8000", KNOWN), KNOWN) == []
