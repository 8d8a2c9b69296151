"""What the API says about cases and visits. A column that the reader may not know is null, as on the pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from complaints.kinds import CaseType, Channel, Clock, ProblemKind, Secrecy, Urgency
from complaints.models import Complaint, Visit
from complaints.selectors.cases import text_for
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, WISHES_LENGTH
from portal.models import Enterprise, Organisation, Topic

# The dates and columns that every reader of a case reads.
PLAIN = (
    "number",
    "kind",
    "problem_kind",
    "clock",
    "secrecy",
    "urgency",
    "state",
    "round",
    "is_supervised",
    "is_whistle",
    "registered_on",
    "accepted_on",
    "assigned_on",
    "due_on",
    "handle_due_on",
    "original_due_on",
    "handle_provisional",
    "replied_on",
    "closed_on",
    "outcome",
    "resolved",
    "satisfaction",
    "work_item_number",
    "version",
)


def named(column: str) -> serializers.SlugRelatedField[Any]:
    """Return a field that shows a related row by its public name."""
    return serializers.SlugRelatedField(slug_field=column, read_only=True)


class ComplaintSerializer(serializers.ModelSerializer[Complaint]):
    """A case; with `is_hidden` its words are those without identity, and what tells who it was is null."""

    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    wishes = serializers.SerializerMethodField()
    channel = serializers.SerializerMethodField()
    enterprise = serializers.SerializerMethodField(help_text="统一社会信用代码")
    town = serializers.SerializerMethodField()
    topic = named("code")
    reported = named("code")
    lead = named("code")
    is_hidden = serializers.SerializerMethodField()
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Complaint
        fields = [
            *PLAIN,
            "title",
            "text",
            "wishes",
            "channel",
            "enterprise",
            "town",
            "topic",
            "reported",
            "lead",
            "is_hidden",
            "is_overdue",
        ]

    def get_is_hidden(self, row: Complaint) -> bool:
        """Return whether the reader must not learn who it was; a row nobody marked is hidden."""
        return bool(getattr(row, "is_hidden", True))

    def get_is_overdue(self, row: Complaint) -> bool:
        return row.is_overdue(timezone.localdate())

    def get_title(self, row: Complaint) -> str:
        return text_for(row, is_hidden=self.get_is_hidden(row)).title

    def get_text(self, row: Complaint) -> str:
        return text_for(row, is_hidden=self.get_is_hidden(row)).text

    def get_wishes(self, row: Complaint) -> str:
        return text_for(row, is_hidden=self.get_is_hidden(row)).wishes

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_channel(self, row: Complaint) -> str | None:
        return None if self.get_is_hidden(row) else row.channel

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_enterprise(self, row: Complaint) -> str | None:
        enterprise = None if self.get_is_hidden(row) else row.enterprise
        return enterprise.credit_code if enterprise else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_town(self, row: Complaint) -> str | None:
        town = None if self.get_is_hidden(row) else row.town
        return town.code if town else None


def coded(model: Any, *, column: str = "code", help_text: str = "") -> serializers.SlugRelatedField[Any]:
    return serializers.SlugRelatedField(
        slug_field=column,
        queryset=model.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text=help_text,
    )


class IntakeSerializer(serializers.Serializer[Any]):
    """A case as another system of the government hands it in, by an account of the office."""

    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.HOTLINE)
    external_number = serializers.CharField(max_length=40, help_text="来源系统中的编号，同一渠道不得重复")
    kind = serializers.ChoiceField(choices=CaseType.choices)
    problem_kind = serializers.ChoiceField(choices=ProblemKind.choices, default=ProblemKind.OTHER)
    clock = serializers.ChoiceField(choices=Clock.choices, default=Clock.ORDINARY)
    urgency = serializers.ChoiceField(choices=Urgency.choices, default=Urgency.NORMAL)
    secrecy = serializers.ChoiceField(
        choices=Secrecy.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="不填的，举报保密，其他公开",
    )
    title = serializers.CharField(max_length=TITLE_LENGTH)
    text = serializers.CharField(max_length=TEXT_LENGTH)
    wishes = serializers.CharField(max_length=WISHES_LENGTH, required=False, allow_blank=True, default="")
    topic = coded(Topic)
    town = coded(Organisation)
    reported = coded(Organisation, help_text="被反映单位代码")
    enterprise = coded(Enterprise, column="credit_code", help_text="统一社会信用代码")
    name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="", write_only=True)
    phone = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", write_only=True
    )
    company = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="", write_only=True
    )
    address = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", write_only=True
    )


class IntakeReceiptSerializer(serializers.Serializer[Any]):
    """`code` is the query code, given out here only; the same call within a day gives the same one."""

    number = serializers.CharField()
    code = serializers.CharField()
    examine_due_on = serializers.DateField(allow_null=True)
    is_new = serializers.BooleanField()


class VersionSerializer(serializers.Serializer[Any]):
    """`version` is that of the case as it was read; 409 when it has changed since."""

    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AssignSerializer(VersionSerializer):
    """Who handles the case, and who helps."""

    lead = serializers.SlugRelatedField(slug_field="code", queryset=Organisation.objects.all())
    assisting = serializers.SlugRelatedField(
        slug_field="code", queryset=Organisation.objects.all(), many=True, required=False
    )
    confirmed_masked = serializers.BooleanField(
        required=False, default=False, help_text="转被反映单位核查时确认隐去身份"
    )


class VisitSerializer(serializers.ModelSerializer[Visit]):
    """A visit. Its demands are cases, read at their own endpoint."""

    enterprise = named("credit_code")
    visitor = serializers.CharField(source="visitor.name", read_only=True)
    organisation = serializers.CharField(source="visitor.organisation.code", read_only=True)

    class Meta:
        model = Visit
        fields = [
            "number",
            "enterprise",
            "visitor",
            "organisation",
            "on",
            "companions",
            "place",
            "situation",
            "policies_told",
            "has_demands",
        ]
