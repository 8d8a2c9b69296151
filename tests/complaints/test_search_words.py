"""A case is found by any words of its texts, whatever has written them, and by nothing else."""

import pytest

from complaints.models import Complaint
from complaints.selectors import case_words
from complaints.selectors.cases import search_cases, visible_cases
from tests.factories_complaints import PERSON, register
from tests.factories_enterprises import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_calendar(calendar):
    pass


def found(text, person):
    return set(search_cases(visible_cases(person), person, text).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("塌陷", True),
        ("陷", True),
        ("路面塌陷", True),
        ("面塌路", False),
        ("塌陷 园区", True),
        ("塌陷 飞船", False),
        ("飞船", False),
        ("龘", False),
        ("xl-Ⅱ型", True),
        ("XL-Ⅱ", True),
        ("it's", True),
        ("it''s", False),
        ("a\\b", True),
        ("100%", True),
        ("100_", False),
    ],
)
def test_words_of_any_length_and_any_signs_are_found_as_they_stand(text, is_found, officer):
    register(title="园区路面塌陷", text="XL-Ⅱ型货车不能通行，it's 100% 不便，见 a\\b")
    register(title="用电增容缓慢", text="申请三个月没有答复")
    assert found(text, officer) == ({"园区路面塌陷"} if is_found else set())


def test_what_the_office_has_corrected_is_found_by_its_new_words_only(officer):
    case = register(title="路面塌陷", text="无法通行")
    Complaint.objects.filter(pk=case.pk).update(title="桥梁开裂", shared_title="桥梁开裂")
    assert found("桥梁", officer) == {"桥梁开裂"}
    assert found("塌陷", officer) == set()


def test_a_case_follows_its_enterprise_to_another_name(officer):
    enterprise = EnterpriseFactory(name="云溪县长风机械有限公司")
    register(title="路面塌陷", enterprise=enterprise)
    enterprise.name = "云溪县远航机械有限公司"
    enterprise.save(update_fields=["name"])
    assert found("远航", officer) == {"路面塌陷"}
    assert found("长风", officer) == set()


def test_a_word_of_very_many_cases_is_found_as_well(officer, monkeypatch):
    for _ in range(3):
        register(title="路面塌陷")
    monkeypatch.setattr(case_words, "RARE", 2)
    assert search_cases(visible_cases(officer), officer, "塌陷").count() == 3


def test_a_unit_finds_nothing_by_the_name_of_who_wrote(officer, liaison, unit):
    register(kind="report", reported=unit, title=f"{PERSON.name}反映路面塌陷")
    assert found(PERSON.name, officer)
    assert not found(PERSON.name, liaison)
