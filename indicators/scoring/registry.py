"""The scoring methods an indicator may name."""

from indicators.scoring.deduction import Deduction
from indicators.scoring.interval import Interval
from indicators.scoring.linear import Efficacy, FrontierDistance
from indicators.scoring.methods import Direct, Method
from portal.params import ParamError

METHODS: dict[str, type[Method]] = {
    method.kind: method for method in (FrontierDistance, Efficacy, Interval, Direct, Deduction)
}


def read_method(kind: str, params: object) -> Method:
    """Build a method from its kind and decoded parameters; raises ParamError with a sentence."""
    if kind not in METHODS:
        raise ParamError(f"计分方法应从{'、'.join(method.label for method in METHODS.values())}中选择")
    return METHODS[kind].from_params(params)
