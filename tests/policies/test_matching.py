"""The three ways of judging agree; a match writes what changed, and nothing the second time."""

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from policies.conditions import evaluate
from policies.criteria import Verdict
from policies.matching.columns import Needs, judge_all
from policies.matching.packing import BLOCK, MASK, VERDICTS, blocks, code_in, outcomes_of, width
from policies.matching.queries import compile_tree
from policies.matching.reading import profiles_of, read_columns
from policies.matching.running import match
from policies.models import Verdict as StoredVerdict
from policies.selectors.matching import near_misses
from portal.models import Enterprise
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory, TownFactory
from tests.factories_policies import ABOVE, ItemFactory, KnownEnterpriseFactory, VersionFactory
from tests.policies.strategies import DAYS, INDUSTRIES, SOME_LABELS, SOME_LISTS, TODAY, TOWNS, VALUES, trees

pytestmark = pytest.mark.django_db
COUNT = 60
WITH_ROWS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def population(db):
    """Enterprises of which anything may be unknown, with facts and labels that hold, held, and will hold."""
    rng = random.Random(20231108)
    towns = [TownFactory(code=code) for code in TOWNS]
    for _ in range(COUNT):
        code = rng.choice(["", *INDUSTRIES])
        row = EnterpriseFactory(
            kind=rng.choice(["enterprise", "individual"]),
            industry=code[1:],
            section=code[:1],
            size=rng.choice(["", "large", "small"]),
            town=rng.choice([None, *towns]),
            founded_on=rng.choice([None, *DAYS]),
        )
        for kind in ("revenue", "tax", "employees"):
            for since in rng.sample(DAYS, rng.choice([0, 1, 2])):
                until = rng.choice([None, None, since + timedelta(days=200)])
                FactFactory(
                    enterprise=row, kind=kind, value=rng.choice(VALUES), valid_from=since, valid_to=until
                )
        for label in rng.sample(SOME_LABELS + SOME_LISTS, rng.choice([0, 1, 2, 3])):
            kind, _, level = label.partition(":")
            for since in rng.sample(DAYS, rng.choice([1, 1, 2])):
                until = rng.choice([None, since + timedelta(days=100)])
                LabelFactory(enterprise=row, kind=kind, level=level, valid_from=since, valid_to=until)
    EnterpriseFactory(closed=True)
    return list(Enterprise.objects.in_business().select_related("town").order_by("pk"))


@WITH_ROWS
@given(tree=trees())
def test_evaluator_columns_and_query_give_the_same_verdicts(population, tree):
    profiles = profiles_of(population, TODAY)
    expected = [evaluate(tree, profile) for profile in profiles]
    codes = judge_all(tree, read_columns(TODAY, Needs.of(tree)))
    assert [VERDICTS[int(code) & MASK] for code in codes] == [found.verdict for found in expected]
    for code, found in zip(codes, expected, strict=True):
        findings = [part.finding and part.finding.verdict for part in found.conditions]
        assert outcomes_of(int(code) >> 2, len(findings)) == findings
    sides, rows = compile_tree(tree, TODAY), Enterprise.objects.in_business()
    for verdict, condition in (
        (Verdict.MET, sides.met),
        (Verdict.NOT_MET, sides.not_met),
        (Verdict.UNKNOWN, sides.unknown),
    ):
        keys = {row.pk for row, found in zip(population, expected, strict=True) if found.verdict == verdict}
        assert set(rows.filter(condition).values_list("pk", flat=True)) == keys


@WITH_ROWS
@given(tree=trees())
def test_the_item_lists_as_near_whom_the_enterprise_page_calls_near(population, tree):
    profiles = zip(population, profiles_of(population, TODAY), strict=True)
    near = {row.pk for row, profile in profiles if evaluate(tree, profile).is_near}
    assert set(near_misses(tree, TODAY).values_list("pk", flat=True)) == near


def matched(*items):
    with transaction.atomic():
        return match([item.current for item in items], TODAY)


def verdicts(item):
    return dict(StoredVerdict.objects.filter(item=item).values_list("enterprise", "verdict"))


@pytest.fixture
def holders():
    return [KnownEnterpriseFactory(labels={"industry_above": date(2022, 1, 1)}) for _ in range(3)]


def test_a_match_keeps_who_qualifies_and_counts_everybody(item, holders):
    other = KnownEnterpriseFactory()
    found = matched(item)
    assert (found.enterprises, found.gained, found.lost) == (4, 3, 0)
    assert verdicts(item) == {row.pk: "met" for row in holders}
    block = item.current.blocks.get()
    assert (block.met, block.not_met, block.unknown) == (3, 1, 0)
    assert outcomes_of(code_in(bytes(block.codes), 1, other.pk) >> 2, 1) == [Verdict.NOT_MET]


def test_a_second_match_writes_nothing(item, holders):
    matched(item)
    found = matched(item)
    assert (found.blocks_written, found.pairs_changed, found.gained, found.lost) == (0, 0, 0, 0)


def test_only_what_changed_is_written_and_dated(item, holders):
    matched(item)
    StoredVerdict.objects.update(changed_on=date(2023, 1, 1))
    holders[0].labels.update(valid_to=TODAY - timedelta(days=1))
    found = matched(item)
    assert (found.pairs_changed, found.lost) == (1, 1)
    rows = {row.enterprise_id: row for row in StoredVerdict.objects.all()}
    assert (rows[holders[0].pk].verdict, rows[holders[0].pk].changed_on) == ("not_met", TODAY)
    assert (rows[holders[1].pk].verdict, rows[holders[1].pk].changed_on) == ("met", date(2023, 1, 1))


def test_an_enterprise_that_closes_no_longer_qualifies(item, holders):
    matched(item)
    Enterprise.objects.filter(pk=holders[0].pk).update(state="deregistered", state_on=TODAY)
    assert matched(item).lost == 1
    assert verdicts(item)[holders[0].pk] == "not_met"
    Enterprise.objects.update(state="deregistered", state_on=TODAY)
    assert matched(item).lost == 2
    assert not item.current.blocks.exists()


def test_a_new_version_takes_over_the_verdicts_and_only_differences_are_dated(item, holders):
    matched(item)
    StoredVerdict.objects.update(changed_on=date(2023, 1, 1))
    FactFactory(enterprise=holders[0], kind="revenue", value=Decimal(3000))
    rich = {"kind": "fact", "fact": "revenue", "op": "at_least", "value": 2000, "unit": "万元"}
    item.current = VersionFactory(item=item, number=2, conditions={"kind": "all", "of": [ABOVE, rich]})
    found = matched(item)
    assert (found.gained, found.lost) == (0, 2)
    rows = StoredVerdict.objects.get(enterprise=holders[0])
    assert (rows.version, rows.verdict, rows.changed_on) == (item.current, "met", date(2023, 1, 1))
    assert outcomes_of(rows.outcomes, 2) == [Verdict.MET, Verdict.MET]
    lost = StoredVerdict.objects.get(enterprise=holders[1])
    assert (lost.verdict, outcomes_of(lost.outcomes, 2)) == ("unknown", [Verdict.MET, Verdict.UNKNOWN])


def test_an_item_without_conditions_never_says_met(unit, holders):
    item = ItemFactory(organisation=unit, version__conditions=None)
    matched(item)
    block = item.current.blocks.get()
    assert (block.met, block.unknown) == (0, 3)


def test_blocks_reach_over_gaps_in_the_keys():
    keys = np.array([1, BLOCK - 1, BLOCK, 5 * BLOCK + 3], dtype=np.int64)
    codes = np.array([1, 2, 3, 1], dtype=width(1))
    found = {block.number: block for block in blocks(keys, codes)}
    assert sorted(found) == [0, 1, 5]
    assert (found[0].met, found[0].not_met, found[1].unknown, found[5].met) == (1, 1, 1, 1)
    assert code_in(found[5].codes, 1, 5 * BLOCK + 3) == 1


@pytest.mark.parametrize(
    ("leaves", "size"), [(0, 1), (3, 1), (4, 2), (7, 2), (8, 4), (15, 4), (16, 8), (31, 8)]
)
def test_a_code_is_as_wide_as_its_conditions_need(leaves, size):
    assert width(leaves).itemsize == size
