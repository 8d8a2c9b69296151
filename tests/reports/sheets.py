"""Values of figures for the tests of pure modules: `values(closed=(131, 119))`."""

from decimal import Decimal

from reports.texts.values import FigureValue, Parts


def figure(key, value, previous=None, *, unit="项", name="", last_year=None, share=None, **more):
    def exact(number):
        return Decimal(number) if isinstance(number, str) else number

    return FigureValue(
        key=key,
        name=name or key,
        unit=unit,
        definition="",
        value=exact(value),
        previous=exact(previous),
        last_year=exact(last_year),
        share=share,
        benchmark=exact(more.pop("benchmark", None)),
        **more,
    )


def values(*figures):
    return {item.key: item for item in figures}


def parts(label, *keys):
    return (Parts(label, keys),)
