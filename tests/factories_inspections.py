"""Inspections for tests, brought to a state by the services themselves."""

from datetime import date

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory

from indicators import models as indicators
from indicators.services import inspections
from tests.factories import OrganisationFactory, TaskForceFactory, UserFactory

STARTED = date(2023, 10, 16)
CONCLUDED = date(2023, 11, 1)
PLAN = "核查并联审批办理时限。\n随机抽取十个项目走一遍流程。"


class InspectionFactory(DjangoModelFactory):
    """A complete draft of an authorised inspection; nobody is in it yet."""

    class Meta:
        model = indicators.Inspection

    year = 2023
    number = factory.Sequence(lambda n: n + 1)
    occasion = factory.Sequence(lambda n: f"occasion-{n}")
    title = factory.Sequence(lambda n: f"并联审批第{n + 1}次专项督查")
    kind = "special"
    method = "joint"
    authority = "approval"
    authority_document = "关于开展并联审批专项督查的请示"
    approver = "县长"
    approved_on = date(2023, 10, 10)
    scope = "2023年以来办理的建筑工程项目。"
    plan = PLAN
    starts_on = date(2023, 10, 16)
    ends_on = date(2023, 10, 31)
    created_by = factory.SubFactory(UserFactory, roles=["inspector"])


class FindingFactory(DjangoModelFactory):
    class Meta:
        model = indicators.Finding

    inspection = factory.SubFactory(InspectionFactory)
    position = factory.Sequence(lambda n: n + 1)
    organisation = factory.SubFactory(OrganisationFactory)
    task_force = factory.SubFactory(TaskForceFactory)
    title = "并联审批超时限办理"
    fact = "抽查的十个项目中有四个超过承诺时限。"
    basis = "《云溪县并联审批实施办法》第八条"
    demand = "逐件整改，建立时限预警"
    recorded_by = factory.SelfAttribute("inspection.created_by")


def proof(name="现场记录.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def draft(inspector, *units, **values):
    """A draft with its units and its inspector as the head."""
    row = InspectionFactory(created_by=inspector, **values)
    row.organisations.set(units)
    row.members.create(user=inspector, is_head=True)
    return row


def started(inspector, *units, today=STARTED, **values):
    row = draft(inspector, *units, **values)
    return inspections.issue_inspection(row, version=row.version, actor=inspector, today=today)


def seen(unit, task_force, **values):
    texts = {
        "title": "并联审批超时限办理",
        "fact": "抽查的十个项目中有四个超过承诺时限。",
        "basis": "《云溪县并联审批实施办法》第八条",
        "demand": "逐件整改，建立时限预警",
    }
    return inspections.Observation(organisation=unit, task_force=task_force, **(texts | values))


def found(row, unit, task_force, inspector, **values):
    """A finding recorded in the running inspection `row`."""
    return inspections.record_finding(
        row, seen(unit, task_force, **values), uploads=[proof()], actor=inspector
    )


def concluded(row, inspector, today=CONCLUDED):
    row.refresh_from_db()
    return inspections.conclude_inspection(
        row, version=row.version, conclusion="总体较好，时限管理有差距。", actor=inspector, today=today
    )
