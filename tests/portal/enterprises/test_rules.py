"""Codes, industries, names and sizes: pure rules by tables."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.credit_codes import ALPHABET, check_character, clean_credit_code, make_credit_code
from portal.enterprise_names import is_code_part, search_name, search_words
from portal.enterprise_terms import FACTS, LABELS, FactKind, LabelKind, SizeClass, label_name
from portal.industries import DIVISIONS, Section, clean_industry, section_of
from portal.size_classes import STANDARD_2011, size_class

ON = date(2023, 11, 8)
LARGE, MEDIUM, SMALL, MICRO = SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO


# Printed on public documents of the bodies concerned.
@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L", "91440300708461136T"])
def test_issued_codes_are_accepted_however_they_are_typed(code):
    assert clean_credit_code(code) == code
    assert clean_credit_code(f" {code[:8].lower()} {code[8:].lower()} ") == code
    assert clean_credit_code("".join(chr(ord(sign) + 0xFEE0) for sign in code)) == code


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("91350100M000100Y4", "现为 17 位"),
        ("91350100M000100Y44", "校验位不符"),
        ("91350100M000100Y34", "校验位不符"),
        ("9135O100M000100Y43", "字符 O"),
        ("9135A100M000100Y43", "行政区划"),
        ("", "现为 0 位"),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong(code, says):
    with pytest.raises(ValueError, match=says):
        clean_credit_code(code)


@given(st.integers(0, 10**12), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_found(serial, place, sign):
    code = make_credit_code(serial)
    changed = code[:place] + sign + code[place + 1 :]
    if changed != code:
        assert check_character(changed[:-1]) != changed[-1]


def test_made_up_codes_are_valid_and_different():
    codes = {make_credit_code(number) for number in range(5000)}
    assert len(codes) == 5000
    assert all(clean_credit_code(code) == code for code in codes)


@pytest.mark.parametrize(
    ("typed", "kept", "section"),
    [
        ("C3525", "3525", "C"),
        ("35", "35", "C"),
        (" a01 ", "01", "A"),
        ("6510", "6510", "I"),
        ("97", "97", "T"),
    ],
)
def test_industry_codes_are_read_with_and_without_the_letter(typed, kept, section):
    assert clean_industry(typed) == kept
    assert section_of(kept) == section


@pytest.mark.parametrize("typed", ["3", "35255", "98", "00", "A3525", "制造", "", "３5２5x"])
def test_a_code_outside_the_classification_is_refused(typed):
    with pytest.raises(ValueError, match=r"行业|大类"):
        clean_industry(typed)


def test_the_classification_has_twenty_sections_and_97_divisions():
    assert len(Section) == 20
    assert list(DIVISIONS) == [f"{number:02d}" for number in range(1, 98)]


def test_names_are_compared_without_brackets_spaces_and_widths():
    assert search_name("云溪县（恒达）商贸 有限公司") == search_name("云溪县(恒达)商贸有限公司")
    assert search_words("恒达  有限") == ["恒达", "有限"]
    assert search_words("（ ） 。") == []


@pytest.mark.parametrize(
    ("word", "code"), [("91350100", True), ("3D打印", False), ("ABCDEF", False), ("9135", False)]
)
def test_a_part_of_a_code_is_told_from_a_part_of_a_name(word, code):
    assert is_code_part(word) is code


def test_every_kind_of_fact_and_label_has_its_term():
    assert set(FACTS) == set(FactKind)
    assert set(LABELS) == set(LabelKind)
    assert label_name("high_tech", "national") == "国家高新技术企业"
    assert label_name("industry_above", "") == "规上工业"


def sized(industry, **facts):
    return size_class(industry, {FactKind(name): Decimal(value) for name, value in facts.items()}, on=ON)


# For each of the fifteen: the lower bound of every tier, and just below it, by the weakest measure.
BOUNDS = [
    ("0111", {"revenue": (20000, 500, 50)}),
    ("3525", {"employees": (1000, 300, 20), "revenue": (40000, 2000, 300)}),
    ("4710", {"revenue": (80000, 6000, 300), "assets": (80000, 5000, 300)}),
    ("5121", {"employees": (200, 20, 5), "revenue": (40000, 5000, 1000)}),
    ("5211", {"employees": (300, 50, 10), "revenue": (20000, 500, 100)}),
    ("5430", {"employees": (1000, 300, 20), "revenue": (30000, 3000, 200)}),
    ("5920", {"employees": (200, 100, 20), "revenue": (30000, 1000, 100)}),
    ("6010", {"employees": (1000, 300, 20), "revenue": (30000, 2000, 100)}),
    ("6110", {"employees": (300, 100, 10), "revenue": (10000, 2000, 100)}),
    ("6210", {"employees": (300, 100, 10), "revenue": (10000, 2000, 100)}),
    ("6311", {"employees": (2000, 100, 10), "revenue": (100000, 1000, 100)}),
    ("6513", {"employees": (300, 100, 10), "revenue": (10000, 1000, 50)}),
    ("7010", {"revenue": (200000, 1000, 100), "assets": (10000, 5000, 2000)}),
    ("7020", {"employees": (1000, 300, 100), "revenue": (5000, 1000, 500)}),
    ("7251", {"employees": (300, 100, 10), "assets": (120000, 8000, 100)}),
    ("7340", {"employees": (300, 100, 10)}),
]


@pytest.mark.parametrize(("industry", "bounds"), BOUNDS)
def test_a_tier_begins_at_its_lower_bound_and_the_weakest_measure_decides(industry, bounds):
    for place, tier in enumerate((LARGE, MEDIUM, SMALL)):
        reached = {name: tiers[place] for name, tiers in bounds.items()}
        assert sized(industry, **reached).size == tier
        for name in bounds:
            below = {**reached, name: Decimal(reached[name]) - Decimal("0.01")}
            assert sized(industry, **below).size == (MEDIUM, SMALL, MICRO)[place]


def test_no_entity_falls_between_the_tiers():
    # Upper bounds joined by AND leave 2,000 people with 500 万元 without a tier.
    assert sized("3525", employees=2000, revenue=500).size == SMALL
    assert sized("3525", employees=10, revenue=90000).size == MICRO
    assert sized("5121", employees=500, revenue=4999).size == SMALL


def test_information_transmission_is_large_only_from_a_thousand_million():
    assert sized("6311", employees=2500, revenue=10000).size == MEDIUM
    assert sized("6311", employees=2500, revenue=100000).size == LARGE


def test_storage_is_medium_from_a_hundred_people_and_ten_million():
    assert sized("5990", employees=100, revenue=1000).size == MEDIUM
    assert sized("5990", employees=99, revenue=1000).size == SMALL


@given(
    st.sampled_from([industry for industry, _ in BOUNDS]),
    st.integers(0, 5000),
    st.integers(0, 200_000),
    st.integers(0, 200_000),
)
def test_with_all_facts_there_is_always_a_tier(industry, employees, revenue, assets):
    assert sized(industry, employees=employees, revenue=revenue, assets=assets).size is not None


@pytest.mark.parametrize(
    ("industry", "facts", "missing", "says"),
    [
        ("3525", {"employees": 500}, ("revenue",), "缺少营业收入"),
        ("3525", {}, ("employees", "revenue"), "缺少从业人员、营业收入"),
        ("", {"employees": 500}, (), "缺少行业代码"),
        ("59", {"employees": 500, "revenue": 1}, (), "须细到三位"),
        ("5310", {"employees": 500, "revenue": 1}, (), "不适用"),
        ("6621", {"employees": 500, "revenue": 1}, (), "不适用"),
    ],
)
def test_without_what_is_needed_the_size_is_unknown(industry, facts, missing, says):
    found = sized(industry, **facts)
    assert found.size is None
    assert found.missing == tuple(FactKind(name) for name in missing)
    assert says in found.reason


def test_one_measure_below_the_lowest_bound_is_micro_whatever_the_other():
    assert sized("3525", employees=19).size == MICRO


def test_loading_is_transport_and_the_rest_of_its_division_storage():
    assert STANDARD_2011.category_of("5910").label == "交通运输业"
    assert STANDARD_2011.category_of("5950").label == "仓储业"
    assert STANDARD_2011.category_of("7030").label == "其他未列明行业"


def test_before_the_standard_there_is_no_size():
    facts = {FactKind.EMPLOYEES: Decimal(5), FactKind.REVENUE: Decimal(5)}
    assert size_class("3525", facts, on=date(2011, 6, 17)).size is None
    assert size_class("3525", facts, on=date(2011, 6, 18)).size == MICRO
