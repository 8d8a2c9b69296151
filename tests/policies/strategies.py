"""Random condition trees and enterprises with missing facts, for property tests."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from policies.conditions import AllOf, AnyOf, Leaf, NoneOf
from policies.criteria import Profile
from policies.criteria.dates import Age, Founded
from policies.criteria.labels import LabelGained, LabelHeld, NotListed
from policies.criteria.membership import IndustryIn, KindIn, SizeIn, StateIn, TownIn
from policies.criteria.numbers import OPERATORS, FactCompared
from policies.criteria.vocabulary import ADVERSE_LABELS, LABELS

TODAY = date(2023, 11, 8)
TOWNS = ("chengguan", "beigang")
INDUSTRIES = ("C39", "C391", "C3911", "C13", "I65", "F51")
ASKED_INDUSTRIES = ("C", "39", "391", "3911", "I", "51")
SOME_LABELS = sorted(LABELS)[:5]
SOME_LISTS = sorted(ADVERSE_LABELS)
# Few values, so that thresholds are hit exactly often.
VALUES = [Decimal(n) for n in (0, 1, 300, 2000)] + [Decimal("1999.9999"), Decimal("2000.0001")]
DAYS = [TODAY + timedelta(days=n) for n in (-1100, -1096, -1095, -366, -365, -30, -1, 0, 1)]
days = st.sampled_from(DAYS)


def _some(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def _numbers(draw):
    fact, unit = draw(st.sampled_from([("revenue", "万元"), ("tax", "万元"), ("employees", "人")]))
    value = draw(st.sampled_from([v for v in VALUES if unit == "万元" or v == v.to_integral_value()]))
    return FactCompared(fact, draw(st.sampled_from(sorted(OPERATORS))), value, unit)


@st.composite
def _gained(draw):
    since, until = sorted([draw(days), draw(days)])
    return LabelGained(draw(_some(SOME_LABELS)), since, draw(st.sampled_from([until, None])))


criteria = st.one_of(
    _numbers(),
    _gained(),
    st.builds(LabelHeld, _some(SOME_LABELS)),
    st.builds(NotListed, _some(SOME_LISTS)),
    st.builds(IndustryIn, _some(ASKED_INDUSTRIES)),
    st.builds(SizeIn, _some(["large", "medium", "small", "micro"])),
    st.builds(KindIn, _some(["enterprise", "individual"])),
    st.builds(StateIn, _some(["active", "revoked"])),
    _some(TOWNS).map(lambda towns: TownIn(towns, towns)),
    st.builds(Founded, st.sampled_from(["from", "before"]), days),
    st.builds(Age, st.sampled_from(["at_least", "less_than"]), st.integers(1, 4)),
)


@st.composite
def _leaves(draw):
    start, end = draw(
        st.sampled_from([(None, None)] * 4 + [(TODAY, None), (None, TODAY - timedelta(days=1))])
    )
    return Leaf(draw(criteria), draw(st.sampled_from(["", "第三条"])), start, end)


def _groups(parts):
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(*(st.builds(group, several) for group in (AllOf, AnyOf, NoneOf)))


def trees():
    """Trees of at most three levels of groups."""
    return st.one_of(_leaves(), _groups(_leaves()), _groups(st.one_of(_leaves(), _groups(_leaves()))))


@st.composite
def profiles(draw):
    """Enterprises of which anything may be unknown."""
    facts = {key: draw(st.sampled_from(VALUES)) for key in ("revenue", "tax") if draw(st.booleans())}
    if draw(st.booleans()):
        facts["employees"] = draw(st.sampled_from([Decimal(0), Decimal(1), Decimal(300), Decimal(2000)]))
    held = draw(st.lists(st.sampled_from(SOME_LABELS + SOME_LISTS), max_size=4, unique=True))
    return Profile(
        on=TODAY,
        kind=draw(st.sampled_from(["enterprise", "individual"])),
        state=draw(st.sampled_from(["active", "revoked"])),
        industry=draw(st.sampled_from(["", *INDUSTRIES])),
        size=draw(st.sampled_from(["", "large", "small"])),
        town=draw(st.sampled_from(["", *TOWNS])),
        founded_on=draw(st.one_of(st.none(), st.sampled_from([d for d in DAYS if d <= TODAY]))),
        facts=facts,
        labels={key: draw(st.sampled_from([d for d in DAYS if d <= TODAY])) for key in held},
    )
