import pytest

from portal.documents.fonts import Face, FontMissing, choose_fonts, find_fonts

OFFICE_MACHINE = ("FZXiaoBiaoSong-B05S", "FangSong_GB2312", "KaiTi_GB2312", "SimHei", "SimSun", "Arial")


def test_the_named_fonts_need_no_substitute():
    choice = choose_fonts(OFFICE_MACHINE)
    assert choice.substitutes == ()
    assert choice.families[Face.TEXT][0] == "FangSong_GB2312"


def test_the_chinese_name_of_a_font_is_the_same_font():
    named = ("方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体")
    assert choose_fonts(named).substitutes == ()


def test_a_missing_font_is_replaced_by_the_nearest_and_named():
    without = [family for family in OFFICE_MACHINE if family != "FangSong_GB2312"]
    choice = choose_fonts([*without, "FangSong", "Noto Serif CJK SC"])
    assert choice.substitutes == ("仿宋_GB2312 以 FangSong 代替",)
    assert choice.families[Face.TEXT][:2] == ("FangSong", "Noto Serif CJK SC")


def test_a_free_font_stands_in_for_all_five():
    choice = choose_fonts(["noto serif cjk sc", "Noto Sans CJK SC"])
    assert len(choice.substitutes) == 5
    assert choice.families[Face.TITLE][0] == "noto serif cjk sc"
    assert choice.families[Face.HEI][0] == "Noto Sans CJK SC"


@pytest.mark.parametrize("available", [(), ("Arial", "DejaVu Sans", "Times New Roman")])
def test_without_a_chinese_font_the_message_says_what_to_install(available):
    with pytest.raises(FontMissing, match=r"没有可用的中文字体.*仿宋_GB2312.*字体文件夹"):
        choose_fonts(available)


def test_a_machine_without_system_fonts_and_an_empty_folder_has_none(tmp_path):
    with pytest.raises(FontMissing):
        find_fonts(tmp_path, system_fonts=False)


def test_a_folder_that_does_not_exist_is_passed_over(tmp_path):
    assert find_fonts(tmp_path / "missing").choice.families
