"""What the API says about the indicator work. Every field is listed; numbers are decimal text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from indicators.models import (
    DispatchRound,
    Finding,
    Inspection,
    Measurement,
    ProgressReport,
    TaskForce,
    WorkItem,
)


def named(column: str, *, many: bool = False) -> serializers.Field[Any, Any, Any, Any]:
    """Return a field that shows a related row by its public name."""
    return serializers.SlugRelatedField(slug_field=column, many=many, read_only=True)


class TaskForceSerializer(serializers.ModelSerializer[TaskForce]):
    lead = named("code")

    class Meta:
        model = TaskForce
        fields = ["code", "year", "name", "lead"]


class WorkItemSerializer(serializers.ModelSerializer[WorkItem]):
    work_list = serializers.CharField(source="work_list.slug", read_only=True)
    task_force = named("code")
    lead = named("code")
    organisation = named("code")

    class Meta:
        model = WorkItem
        fields = [
            "number",
            "work_list",
            "task_force",
            "title",
            "target",
            "quantity",
            "unit",
            "measures",
            "lead",
            "organisation",
            "start_on",
            "due_on",
            "original_due_on",
            "weight",
            "is_important",
            "is_urgent",
            "state",
            "round",
            "closed_on",
            "percent",
            "quantity_done",
            "lamp",
            "lamp_reason",
            "lamp_as_of",
            "version",
        ]


class ProgressReportSerializer(serializers.ModelSerializer[ProgressReport]):
    item = named("number")
    organisation = named("code")
    month = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = ProgressReport
        fields = [
            "item",
            "month",
            "organisation",
            "state",
            "previous_percent",
            "percent",
            "quantity_done",
            "done",
            "problems",
            "coordination",
            "next_step",
            "no_change",
            "is_late",
            "submitted_at",
            "verified_at",
            "return_reason",
            "return_count",
            "version",
        ]


class DraftSerializer(serializers.Serializer[ProgressReport]):
    """A report as its unit writes it. `version` is the version it was read at."""

    version = serializers.IntegerField(label="版本")
    percent = serializers.DecimalField(
        label="累计进度", max_digits=5, decimal_places=1, min_value=0, max_value=100
    )
    quantity_done = serializers.DecimalField(
        label="累计完成", max_digits=14, decimal_places=2, required=False, allow_null=True
    )
    done = serializers.CharField(label="本月进展", max_length=300, allow_blank=True)
    problems = serializers.CharField(label="存在问题", max_length=300, required=False, allow_blank=True)
    coordination = serializers.CharField(label="提请协调", max_length=300, required=False, allow_blank=True)
    next_step = serializers.CharField(label="下步打算", max_length=300, required=False, allow_blank=True)


class NoteSerializer(serializers.Serializer[object]):
    """The reason that some steps ask for."""

    note = serializers.CharField(label="理由", max_length=300, required=False, allow_blank=True, default="")


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    indicator = named("code")
    name = serializers.CharField(source="indicator.name", read_only=True)
    unit = serializers.CharField(source="indicator.unit", read_only=True)
    period = serializers.DateField(format="%Y-%m", read_only=True)

    class Meta:
        model = Measurement
        fields = ["indicator", "name", "unit", "period", "value", "note", "state", "return_reason", "version"]


class DispatchRoundSerializer(serializers.ModelSerializer[DispatchRound]):
    slug = serializers.CharField(read_only=True)
    month = serializers.DateField(format="%Y-%m", read_only=True)
    task_forces = named("code", many=True)
    chief = serializers.CharField(source="chief.name", read_only=True, default=None)
    lead = named("code")

    class Meta:
        model = DispatchRound
        fields = [
            "slug",
            "month",
            "form",
            "state",
            "chief",
            "lead",
            "task_forces",
            "cutoff_on",
            "planned_at",
            "place",
            "held_on",
            "chair",
            "present",
            "minutes",
        ]


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    slug = serializers.CharField(read_only=True)
    organisations = named("code", many=True)

    class Meta:
        model = Inspection
        fields = [
            "slug",
            "title",
            "kind",
            "method",
            "state",
            "organisations",
            "starts_on",
            "ends_on",
            "issued_on",
            "concluded_on",
            "closed_on",
            "conclusion",
            "version",
        ]


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """`inspection` is the inspection's slug, `item` the number of the work item it has become."""

    inspection = serializers.CharField(source="inspection.slug", read_only=True)
    organisation = named("code")
    task_force = named("code")
    item = named("number")

    class Meta:
        model = Finding
        fields = [
            "inspection",
            "position",
            "organisation",
            "task_force",
            "weight",
            "title",
            "fact",
            "basis",
            "demand",
            "state",
            "issued_on",
            "objection_until",
            "item",
            "rectified_on",
            "version",
        ]
