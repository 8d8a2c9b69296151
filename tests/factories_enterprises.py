"""Market entities for tests: valid codes, names that can be told apart, facts and labels as traits."""

from datetime import date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from portal import models as portal
from portal.credit_codes import make_credit_code
from portal.enterprise_names import search_name
from portal.industries import section_of
from tests.factories import CHINA, OrganisationFactory


class TownFactory(OrganisationFactory):
    """A town; `kind="park"` makes a park."""

    code = factory.Sequence(lambda n: f"town{n}")
    name = factory.Sequence(lambda n: f"云溪县第{n}镇人民政府")
    short_name = factory.Sequence(lambda n: f"第{n}镇")
    kind = "town"


class EnterpriseFactory(DjangoModelFactory):
    """An enterprise in business; `name` and `industry` bring the columns that follow from them."""

    class Meta:
        model = portal.Enterprise

    credit_code = factory.Sequence(lambda n: make_credit_code(n + 1))
    name = factory.Sequence(lambda n: f"云溪县第{n + 1}机械有限公司")
    search_name = factory.LazyAttribute(lambda row: search_name(row.name))
    industry = "3525"
    section = factory.LazyAttribute(lambda row: section_of(row.industry))
    founded_on = date(2015, 6, 1)
    size_as_of = date(2023, 11, 1)
    source = "市场监管登记"

    class Params:
        closed = factory.Trait(state="deregistered", state_on=date(2023, 6, 30))


class FactFactory(DjangoModelFactory):
    """A fact of 2022 that holds from the first day of 2023."""

    class Meta:
        model = portal.EnterpriseFact

    enterprise = factory.SubFactory(EnterpriseFactory)
    kind = "employees"
    value = Decimal(50)
    period_year = 2022
    valid_from = date(2023, 1, 1)
    source = "2022年企业年报"
    recorded_at = datetime(2023, 3, 1, 9, tzinfo=CHINA)


class LabelFactory(DjangoModelFactory):
    """A label held since December 2021 for three years."""

    class Meta:
        model = portal.EnterpriseLabel

    enterprise = factory.SubFactory(EnterpriseFactory)
    kind = "high_tech"
    level = "national"
    valid_from = date(2021, 12, 1)
    valid_to = date(2024, 11, 30)
    source = "全国高新技术企业认定公示"
    recorded_at = datetime(2021, 12, 10, 9, tzinfo=CHINA)


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = portal.Topic

    code = factory.Sequence(lambda n: f"topic{n}")
    name = factory.Sequence(lambda n: f"领域{n}")
