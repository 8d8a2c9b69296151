"""Endpoints for people without an account: hand a case in, ask for one by its query code.

The same services and budgets as the pages. Nothing is read of the caller but the
network it calls from, which is counted as a digest.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any, Final

from django.core import signing
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.challenges import proves
from complaints.forms.public import ANONYMOUS, NAMED, KindForm, MatterForm, PersonForm
from complaints.kinds import CaseType, ProblemKind
from complaints.query_codes import printed
from complaints.selectors.public import public_case
from complaints.selectors.public_pages import stages_of, topics_offered, units_on
from complaints.services.public_intake import find_case, hand_in
from complaints.views.public_entry import entry_of, key_of
from portal.access import Access
from portal.errors import Refused
from portal.middleware import peer_address

SOURCE: Final = "public-api"
SALT: Final = "complaints.public-api"
BITS: Final = 18
TOKEN_SECONDS: Final = 600


class ChallengeSerializer(serializers.Serializer[Any]):
    """`challenge` is handed in again with a `proof`: SHA-256("challenge:proof") begins with `bits` zero bits."""

    challenge = serializers.CharField(help_text="随诉求一并提交，十分钟内有效，只能提交一件")
    bits = serializers.IntegerField(help_text="SHA-256(challenge:proof) 开头应为零的位数")


class SubmissionSerializer(serializers.Serializer[Any]):
    """A case as another programme hands it in. Without name and telephone it is nameless."""

    challenge = serializers.CharField(max_length=300)
    proof = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=CaseType.choices)
    problem = serializers.ChoiceField(
        choices=ProblemKind.choices, required=False, help_text="投诉、举报须填写"
    )
    title = serializers.CharField()
    text = serializers.CharField()
    wishes = serializers.CharField(required=False, allow_blank=True)
    topic = serializers.CharField(required=False, allow_blank=True, help_text="领域代码")
    reported = serializers.CharField(required=False, allow_blank=True, help_text="被反映单位代码")
    town = serializers.CharField(required=False, allow_blank=True, help_text="镇街园区代码")
    point = serializers.CharField(required=False, allow_blank=True, max_length=20, help_text="点位代码")
    name = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)
    company = serializers.CharField(required=False, allow_blank=True)
    credit_code = serializers.CharField(required=False, allow_blank=True)
    secret = serializers.BooleanField(required=False)
    consent = serializers.BooleanField(required=False, help_text="留姓名电话的须同意个人信息告知书")


class ReceiptSerializer(serializers.Serializer[Any]):
    """The number, and the query code, which is given out here only."""

    number = serializers.CharField()
    code = serializers.CharField()
    examine_due_on = serializers.DateField(allow_null=True)


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class LineSerializer(serializers.Serializer[Any]):
    on = serializers.DateField()
    text = serializers.CharField()


class StageSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField(source="label")
    mark = serializers.CharField(help_text="done、now 或 next")


class ProgressSerializer(serializers.Serializer[Any]):
    """What the person may know: public words, no names of officers."""

    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    registered_on = serializers.DateField()
    lead = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    due_provisional = serializers.BooleanField()
    supplement_wanted = serializers.CharField()
    decline_reason = serializers.CharField()
    right_door = serializers.CharField()
    reply = serializers.CharField()
    reply_unit = serializers.CharField()
    replied_on = serializers.DateField(allow_null=True)
    may_rate = serializers.BooleanField()
    rating = serializers.CharField()
    lines = LineSerializer(many=True)
    stages = StageSerializer(many=True)


class PublicView(APIView):
    """Open to everybody; who is signed in does not matter and is not looked at."""

    access = Access(public=True)
    authentication_classes = ()


class ChallengeView(PublicView):
    @extend_schema(request=None, responses=ChallengeSerializer)
    def post(self, request: Request) -> Response:
        """Give out a challenge, without which nothing is handed in."""
        token = signing.dumps(secrets.token_urlsafe(12), salt=SALT)
        return Response(ChallengeSerializer({"challenge": token, "bits": BITS}).data)


class SubmitView(PublicView):
    @extend_schema(request=SubmissionSerializer, responses={201: ReceiptSerializer})
    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Hand a case in. The same call again gives the same answer for a day."""
        asked = SubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        key = _key_of(values)
        made = hand_in(
            entry_of(_draft_of(values)),
            address=peer_address(request),
            now=timezone.now(),
            source=SOURCE,
            key=key,
        )
        case = made.complaint
        receipt = {
            "number": case.number,
            "code": printed(made.code) if made.code else "",
            "examine_due_on": case.examine_due_on,
        }
        return Response(ReceiptSerializer(receipt).data, status=status.HTTP_201_CREATED)


class QueryView(PublicView):
    @extend_schema(request=CodeSerializer, responses=ProgressSerializer)
    def post(self, request: Request) -> Response:
        """Return a case by its query code; every wrong code gets the same answer, five wrong ones end it."""
        asked = CodeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        case = find_case(asked.validated_data["code"], address=peer_address(request), now=timezone.now())
        shown = {**asdict(public_case(case)), "stages": stages_of(case)}
        return Response(ProgressSerializer(shown).data)


def _key_of(values: dict[str, Any]) -> str:
    """Return what makes the same call twice one case: the challenge's own number, once the work is shown."""
    try:
        key: str = signing.loads(values["challenge"], salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature as error:
        raise Refused("验证已过期，请重新获取后提交") from error
    if not proves(values["challenge"], values["proof"], BITS):
        raise Refused("验证没有通过，请按说明重新计算后提交")
    return key


@sensitive_variables()
def _draft_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as the form's screens keep them, checked by the same forms."""
    units, topics = units_on(timezone.localdate()), topics_offered()
    told = {name: value for name, value in values.items() if value not in ("", False)}
    how = NAMED if told.keys() & {"name", "phone"} else ANONYMOUS
    kind = KindForm(told, topics=topics)
    matter = MatterForm(told, kind=values["kind"], units=units)
    person = PersonForm(told | {"how": how})
    wrong = {
        name: [str(error) for error in errors]
        for form in (kind, matter, person)
        for name, errors in form.errors.items()
    }
    if wrong:
        raise serializers.ValidationError(wrong)
    return {
        "point": values.get("point", ""),
        "kind": kind.cleaned_data | {"topic_key": key_of(topics, kind.cleaned_data["topic"])},
        "matter": matter.cleaned_data
        | {f"{name}_key": key_of(units, matter.cleaned_data[name]) for name in ("reported", "town")},
        "person": person.cleaned_data,
    }
