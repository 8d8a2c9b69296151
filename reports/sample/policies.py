"""The supporting policies of the sample: seventy items, who was paid by October, and what is under way."""

from __future__ import annotations

from portal.models import NumberSeries
from reports.sample import policies_awards, policies_catalogue, policies_ledger, policies_open, policies_own
from reports.sample.county import County
from reports.sample.policies_awards import Award


def load(county: County) -> None:
    """Write the whole line of work; the register of enterprises must be there."""
    book = policies_catalogue.load(county)
    policies_ledger.load_bands(county)
    awards = policies_awards.decide(book)
    count = policies_ledger.load(county, awards)
    count = policies_open.load(county, book, count)
    _count_batches(awards, count)
    policies_own.load(county)


def _count_batches(awards: list[Award], count: int) -> None:
    """Set the counter of batches, whose sequence runs through the sample's months."""
    years = {award.on.year for award in awards}
    NumberSeries.objects.bulk_create(
        NumberSeries(series="payout-batch", year=year, value=count) for year in sorted(years)
    )
