"""Where the counters stand after the sample's printed numbers, so that the next ones follow."""

from __future__ import annotations

from collections import Counter

from indicators.models import WorkList
from indicators.services.items.entries import number_series
from portal.models import NumberSeries
from reports.sample.county import County


def load(county: County) -> None:
    """Set the counter of each work list to its last item."""
    last = Counter(item.work_list.prefix for item in county.items.values())
    NumberSeries.objects.bulk_create(
        NumberSeries(series=number_series(row), year=row.year, value=last[row.prefix])
        for row in WorkList.objects.filter(year=county.shift.year)
    )
