"""The criteria by name, in the order of the form, and how one is read."""

from policies.criteria.base import Criterion
from policies.criteria.dates import Age, Founded
from policies.criteria.labels import LabelGained, LabelHeld, NotListed
from policies.criteria.membership import IndustryIn, KindIn, SizeIn, StateIn, TownIn
from policies.criteria.numbers import FactCompared
from portal.params import Params

CRITERIA: dict[str, type[Criterion]] = {
    criterion.kind: criterion
    for criterion in (
        LabelHeld,
        LabelGained,
        FactCompared,
        IndustryIn,
        SizeIn,
        KindIn,
        TownIn,
        Founded,
        Age,
        StateIn,
        NotListed,
    )
}
"""Every kind of criterion; `label` is its name on the form."""


def read_criterion(raw: object) -> Criterion:
    """Build a criterion from decoded JSON; raises ParamError with a sentence for the user."""
    params = Params.of(raw, "条件")
    names = {kind: criterion.label for kind, criterion in CRITERIA.items()}
    return CRITERIA[params.choice("kind", "条件类型", names)].read(params)
