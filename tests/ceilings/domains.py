"""Cases and payments of October in the full county, for steps that count what the other domains did."""

from datetime import date
from decimal import Decimal

from complaints.models import Complaint
from policies.models import Payout
from tests.factories_complaints import TopicFactory, moment, register
from tests.factories_policies import BatchFactory, ItemFactory, KnownEnterpriseFactory


def domains_at_work(county, rows):
    """Cases that were accepted in October and payments that were made in it, each of a unit of its own."""
    enterprise, topic = KnownEnterpriseFactory(), TopicFactory()
    for n, unit in enumerate(county.units[:rows]):
        case = register(now=moment(date(2023, 10, 9)), title=f"第{n}件诉求")
        Complaint.objects.filter(pk=case.pk).update(
            accepted_on=date(2023, 10, 10), decided_on=date(2023, 10, 10), lead=unit, topic=topic
        )
        item = ItemFactory(organisation=unit)
        Payout.objects.create(
            batch=BatchFactory(organisation=unit, created_by=county.people["officer"]),
            item=item,
            version=item.current,
            enterprise=enterprise,
            amount=Decimal(50_000),
            paid_on=date(2023, 10, 20),
            budget_year=2023,
            digest="ab",
        )
