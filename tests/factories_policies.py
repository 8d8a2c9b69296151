"""Rows of the policy work for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from policies import models
from portal import models as portal
from tests.factories import OrganisationFactory
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory

RECORDED = datetime(2023, 1, 5, 2, tzinfo=UTC)
ABOVE = {"kind": "label", "labels": ["industry_above"], "source": "第二条"}


class KnownEnterpriseFactory(EnterpriseFactory):
    """An enterprise with `facts` (kind → value since 2023) and `labels` (key → day obtained)."""

    class Meta:
        model = portal.Enterprise
        skip_postgeneration_save = True

    @factory.post_generation
    def facts(self, create, extracted):
        for kind, value in (extracted or {}).items():
            FactFactory(enterprise=self, kind=kind, value=Decimal(str(value)))

    @factory.post_generation
    def labels(self, create, extracted):
        for key, day in (extracted or {}).items():
            kind, _, level = key.partition(":")
            LabelFactory(enterprise=self, kind=kind, level=level, valid_from=day, valid_to=None)


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = models.Policy

    code = factory.Sequence(lambda n: f"policy-{n}")
    title = "云溪县关于支持工业经济高质量发展的若干措施"
    document_number = "云政规〔2023〕2号"
    issuer = "云溪县人民政府"
    issued_on = date(2023, 1, 10)
    valid_from = date(2023, 1, 1)
    review = "passed"
    review_on = date(2023, 1, 5)
    review_conclusion = "经审查，不具有排除、限制竞争效果，可以出台。"


class ItemFactory(DjangoModelFactory):
    """A published item; `version__…` sets what it says."""

    class Meta:
        model = models.PolicyItem
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"2023-ZC-{n + 1:03d}")
    policy = factory.SubFactory(PolicyFactory)
    organisation = factory.SubFactory(OrganisationFactory)

    @factory.post_generation
    def version(self, create, extracted, **fields):
        row = VersionFactory(item=self, **fields)
        if row.published_at is not None:
            models.PolicyItem.objects.filter(pk=self.pk).update(
                state="published", current=row, first_published_on=date(2023, 2, 1), state_on=date(2023, 2, 1)
            )
            self.refresh_from_db()


class VersionFactory(DjangoModelFactory):
    class Meta:
        model = models.PolicyItemVersion

    item = factory.SubFactory(ItemFactory)
    number = 1
    title = factory.Sequence(lambda n: f"新增规上工业企业奖励第{n}项")
    whom = "当年新增的规模以上工业企业"
    mode = "automatic"
    conditions = factory.LazyFunction(lambda: dict(ABOVE))
    amount = factory.LazyFunction(lambda: {"kind": "fixed", "amount": 50_000})
    valid_from = date(2023, 1, 1)
    valid_until = date(2025, 12, 31)
    beneficiary = "统计部门确认的新增规上工业企业名单"
    basis = "以统计联网直报平台入库时间为准"
    amount_statement = "每家一次性奖励 5 万元"
    validity = "措施自 2023 年 1 月 1 日起施行，有效期三年"
    published_at = RECORDED


class BatchFactory(DjangoModelFactory):
    class Meta:
        model = models.PayoutBatch

    number = factory.Sequence(lambda n: f"2023-DX-{n + 1:03d}")
    organisation = factory.SubFactory(OrganisationFactory)
    title = "2023 年第一批惠企资金"


class BandFactory(DjangoModelFactory):
    class Meta:
        model = models.ApprovalBand

    starts_at = Decimal(0)
    approvals = 1
    valid_from = date(2020, 1, 1)
