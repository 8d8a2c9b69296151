"""The cases that a policy officer can read: tests/policies/cases/*.yaml."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from policies.amounts import calculate, read_rule
from policies.conditions import evaluate, read_tree
from policies.contradictions import contradictions, warnings
from policies.criteria import Profile, Verdict
from policies.criteria.vocabulary import FACTS
from portal.params import ParamError

FOLDER = Path(__file__).parent / "cases"
TODAY = date(2023, 11, 8)
COLUMNS = {
    "行业": "industry",
    "规模": "size",
    "类型": "kind",
    "状态": "state",
    "镇街": "town",
    "成立": "founded_on",
}


def cases(name):
    rows = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["用例"]) for row in rows]


def plain(value):
    """Undo what YAML makes of dates: JSON has none."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def profile(row):
    told = dict(row.get("企业") or {})
    facts = {key: Decimal(str(told.pop(key))) for key in FACTS if key in told}
    labels = told.pop("资质", {})
    columns = {COLUMNS[key]: value for key, value in told.items()}
    return Profile(on=row.get("日期", TODAY), facts=facts, labels=labels, **columns)


@pytest.mark.parametrize("row", cases("conditions"))
def test_a_condition_is_judged_as_the_case_says(row):
    found = evaluate(read_tree(plain(row["条件"])), profile(row))
    assert found.verdict == Verdict(next(v for v in Verdict if v.label == row["结论"]))
    assert list(found.gaps) == row.get("还差", list(found.gaps))
    assert list(found.missing) == row.get("缺少", [])
    reasons = [part.finding.reason for part in found.conditions if part.finding]
    assert reasons == row.get("理由", reasons)


@pytest.mark.parametrize("row", cases("amounts"))
def test_an_amount_is_what_the_case_says(row):
    found = calculate(read_rule(plain(row["标准"])), profile(row))
    expected = row["金额"]
    assert found.amount == (None if expected is None else Decimal(str(expected)))
    assert found.missing == row.get("缺少", "")
    labels = [line.label for line in found.lines]
    assert labels == row.get("行", labels)


@pytest.mark.parametrize("row", cases("refused"))
def test_a_rule_that_cannot_be_is_refused_and_one_that_looks_odd_is_asked_about(row):
    if "拒绝" in row:
        with pytest.raises(ParamError, match=row["拒绝"]):
            read_rule(plain(row["标准"]))
    else:
        assert any(row["提醒"] in sentence for sentence in read_rule(plain(row["标准"])).warnings())


@pytest.mark.parametrize("row", cases("contradictions"))
def test_conditions_that_nobody_can_meet_are_found(row):
    tree = read_tree(plain(row["条件"]))
    against, odd = contradictions(tree, TODAY), warnings(tree)
    assert any(row["矛盾"] in sentence for sentence in against) if "矛盾" in row else not against
    assert any(row["提醒"] in sentence for sentence in odd) if "提醒" in row else not odd
