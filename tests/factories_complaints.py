"""Cases for tests: registered through the services, so that number, identity, clocks and history are real."""

from datetime import date, datetime

import factory
from factory.django import DjangoModelFactory

from complaints import models as complaints
from complaints.kinds import CaseType, Channel
from complaints.sealing import Person
from complaints.services.intake import Entry, register_complaint
from portal import models as portal
from tests.factories import CHINA, OrganisationFactory, UserFactory

PERSON = Person(
    name="喆明远", phone="13800138000", company="云溪县喆远食品有限公司", address="云溪县城关镇解放路18号"
)


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = portal.Topic
        django_get_or_create = ("code",)

    code = "permits"
    name = "办理建筑许可"


class PointFactory(DjangoModelFactory):
    class Meta:
        model = complaints.IntakePoint

    code = factory.Sequence(lambda n: f"point{n}")
    name = factory.Sequence(lambda n: f"政务大厅{n}号窗口")
    kind = "window"
    created_by = factory.SubFactory(UserFactory)


class GatheringFactory(DjangoModelFactory):
    class Meta:
        model = complaints.Gathering

    number = factory.Sequence(lambda n: f"HD2023{n:04d}")
    kind = "campaign"
    title = "益企助企大走访"
    start_on = date(2023, 9, 1)
    end_on = date(2023, 9, 28)
    host = factory.SubFactory(OrganisationFactory)
    recorded_by = factory.SubFactory(UserFactory)


def moment(day, hour=10):
    """Return a moment of a day in the county's own time."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def entry(**changes):
    """Return what a phone's form hands in."""
    values = {
        "channel": Channel.WEB,
        "kind": CaseType.COMPLAINT,
        "title": "施工许可审图一再补正，开工推迟一个月",
        "text": "我是喆明远，我公司云溪县喆远食品有限公司的厂房扩建，审图机构三次要求补正，请联系138 0013 8000。",
        "wishes": "一次性告知需要补正的内容",
        "person": PERSON,
        "consented": True,
    }
    return Entry(**(values | changes))


def register(actor=None, now=datetime(2023, 11, 6, 10, tzinfo=CHINA), uploads=(), **changes):
    """Register a case as the public does (or `actor`) and return it, freshly read."""
    made = register_complaint(entry(**changes), actor=actor, now=now, uploads=uploads)
    return complaints.Complaint.objects.get(pk=made.complaint.pk)
