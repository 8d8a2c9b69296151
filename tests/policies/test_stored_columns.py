"""A preview reads the columns that the night has kept, until anybody changes the register."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.cache import cache

from policies.conditions import read_tree
from policies.matching.columns import Needs
from policies.matching.reading import read_columns
from policies.matching.recent import recent_columns
from policies.models import StoredColumn
from policies.selectors.matching import preview
from policies.services.matching import match_all
from portal.enterprise_terms import FactKind, LabelKind
from portal.models import EnterpriseFact
from portal.services.enterprises.facts import Basis, set_fact, set_label
from tests.conftest import TODAY
from tests.factories_policies import ABOVE, ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db
RICH = {"kind": "fact", "fact": "revenue", "op": "at_least", "value": 2000, "unit": "万元"}
TREE = read_tree({"kind": "all", "of": [ABOVE, RICH]})
NEEDS = Needs.of(TREE)


@pytest.fixture
def night(unit):
    """Four enterprises of whom different things are known, matched by an item with both conditions."""
    labels = {"industry_above": TODAY - timedelta(days=400)}
    rows = [
        KnownEnterpriseFactory(labels=labels, facts={"revenue": 3000}),
        KnownEnterpriseFactory(
            labels=labels, facts={"revenue": 100}, industry="0111", section="A", size="micro"
        ),
        KnownEnterpriseFactory(labels=labels, industry="", section="", kind="individual", founded_on=None),
        KnownEnterpriseFactory(facts={"revenue": "0.5"}, town=None),
    ]
    ItemFactory(organisation=unit, version__conditions={"kind": "all", "of": [ABOVE, RICH]})
    match_all(TODAY)
    cache.clear()
    return rows


def texts(columns):
    return {name: [column.values[code] for code in column.codes] for name, column in columns.texts.items()}


def test_what_is_kept_is_what_the_register_says(night):
    kept, read = recent_columns(TODAY, NEEDS), read_columns(TODAY, NEEDS)
    assert texts(kept) == texts(read)
    for name in ("keys", "founded"):
        assert np.array_equal(getattr(kept, name), getattr(read, name))
    assert np.array_equal(kept.facts["revenue"], read.facts["revenue"])
    assert np.array_equal(kept.labels["industry_above"], read.labels["industry_above"])


def test_industries_and_sizes_come_back_as_they_were(night):
    found = texts(read_columns(TODAY, NEEDS))
    assert found["industry"] == [f"{row.section}{row.industry}" for row in night]
    assert found["size"] == [row.size for row in night]
    assert found["kind"] == [row.kind for row in night]


def counts():
    cache.clear()
    found = preview(TREE, TODAY)
    return found.met, found.not_met, found.unknown


def test_a_preview_uses_what_the_night_has_kept(night):
    # Changed past every service, which is how it can be told that the register is not read.
    EnterpriseFact.objects.update(value=5000)
    assert counts() == (1, 2, 1)
    StoredColumn.objects.all().delete()
    assert counts() == (2, 1, 1)


@pytest.mark.parametrize("change", ["fact", "label"])
def test_after_a_change_of_the_register_it_is_read_again(night, officer, change):
    basis = Basis(source="年报", valid_from=TODAY, valid_to=None, period_year=None)
    if change == "fact":
        set_fact(night[1], FactKind.REVENUE, 2500, basis, actor=officer, today=TODAY)
    else:
        set_label(night[3], LabelKind.INDUSTRY_ABOVE, "", basis, actor=officer)
    assert counts() == ((2, 1, 1) if change == "fact" else (1, 2, 1))


def test_what_was_kept_for_another_day_does_not_serve(night):
    EnterpriseFact.objects.update(value=5000)
    cache.clear()
    assert preview(TREE, TODAY + timedelta(days=1)).met == 2


def test_a_condition_that_no_item_has_yet_is_read_beside_what_is_kept(night):
    needs = Needs(frozenset({"tax"}), frozenset({"tech_sme"}))
    kept, read = recent_columns(TODAY, needs), read_columns(TODAY, needs)
    assert np.array_equal(kept.facts["tax"], read.facts["tax"])
    assert np.array_equal(kept.labels["tech_sme"], read.labels["tech_sme"])


def test_a_cold_preview_asks_three_times(night, django_assert_num_queries):
    cache.clear()
    with django_assert_num_queries(3):
        preview(TREE, TODAY)
    with django_assert_num_queries(0):
        preview(TREE, TODAY)


def test_the_next_match_replaces_what_was_kept(night):
    before = set(StoredColumn.objects.values_list("name", "token"))
    match_all(TODAY + timedelta(days=1))
    after = set(StoredColumn.objects.values_list("name", "token"))
    assert {name for name, _ in after} == {"register", "fact.revenue", "label.industry_above"}
    assert not before & after
