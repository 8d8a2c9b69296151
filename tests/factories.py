"""Rows for tests: each factory makes a valid row, traits name the situations that tests speak of."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from indicators import models as indicators
from portal import models as portal
from portal.roles import Role

CHINA = ZoneInfo("Asia/Shanghai")
PASSWORD = "Correct-horse-7"
_HASH: list[str] = []


def password_hash() -> str:
    """Return the hash of `PASSWORD`, made once: Argon2 is slow on purpose."""
    if not _HASH:
        _HASH.append(make_password(PASSWORD))
    return _HASH[0]


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = portal.Organisation

    code = factory.Sequence(lambda n: f"unit{n}")
    name = factory.Sequence(lambda n: f"云溪县第{n}局")
    short_name = factory.Sequence(lambda n: f"县{n}局")
    order = factory.Sequence(lambda n: n)


class UserFactory(DjangoModelFactory):
    """A person with no role; `roles=("liaison",)` grants some."""

    class Meta:
        model = portal.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"人员{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    must_change_password = False
    password = factory.LazyFunction(password_hash)

    @factory.post_generation
    def roles(self, create, extracted):
        for role in extracted or ():
            portal.RoleGrant.objects.create(user=self, role=Role(role), valid_from=date(2020, 1, 1))


class SystemFactory(DjangoModelFactory):
    class Meta:
        model = indicators.IndicatorSystem
        django_get_or_create = ("year", "level")

    year = 2023
    level = "provincial"
    title = factory.LazyAttribute(lambda row: f"{row.year}年度营商环境评价指标体系")
    state = "active"


class IndicatorFactory(DjangoModelFactory):
    class Meta:
        model = indicators.Indicator

    system = factory.SubFactory(SystemFactory)
    code = factory.Sequence(lambda n: f"ind{n}")
    name = factory.Sequence(lambda n: f"指标{n}")


class TaskForceFactory(DjangoModelFactory):
    class Meta:
        model = indicators.TaskForce

    year = 2023
    code = factory.Sequence(lambda n: f"tf{n}")
    name = factory.Sequence(lambda n: f"专班{n}")
    indicator = factory.SubFactory(IndicatorFactory)
    lead = factory.SubFactory(OrganisationFactory)


class WorkListFactory(DjangoModelFactory):
    class Meta:
        model = indicators.WorkList
        django_get_or_create = ("year", "prefix")

    year = 2023
    source = "benchmarking"
    kind = "task"
    title = "对标先进地区持续优化提升营商环境工作方案"
    label = "对标提升年度目标"
    prefix = "DB"


class WorkItemFactory(DjangoModelFactory):
    class Meta:
        model = indicators.WorkItem

    number = factory.Sequence(lambda n: f"2023-DB-{n + 1:03d}")
    work_list = factory.SubFactory(WorkListFactory)
    task_force = factory.SubFactory(TaskForceFactory)
    title = factory.Sequence(lambda n: f"企业开办环节压减第{n + 1}步")
    lead = factory.LazyAttribute(lambda row: row.task_force.lead)
    organisation = factory.LazyAttribute(lambda row: row.task_force.lead)
    start_on = date(2023, 1, 10)
    due_on = date(2023, 12, 20)
    state = "in_progress"
    percent = Decimal(0)

    class Params:
        closed = factory.Trait(state="closed", closed_on=date(2023, 9, 15), percent=Decimal(100))


class MonthFactory(DjangoModelFactory):
    """October 2023: on time until 3 November, closed after 10 November."""

    class Meta:
        model = indicators.ReportingMonth
        django_get_or_create = ("month",)

    month = date(2023, 10, 1)
    opened_at = datetime(2023, 11, 1, 8, tzinfo=CHINA)
    due_on = date(2023, 11, 3)
    closes_on = date(2023, 11, 10)


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = indicators.ProgressReport

    item = factory.SubFactory(WorkItemFactory)
    month = date(2023, 10, 1)
    organisation = factory.LazyAttribute(lambda row: row.item.organisation)
    state = "missing"
