"""The public's endpoints: the same rules as the pages, in JSON, and described in the OpenAPI document."""

from itertools import count

import pytest
from django.test import Client

from complaints.api.public import BITS
from complaints.challenges import proves
from complaints.models import Complaint, Identity
from complaints.query_codes import new_code, normalise
from complaints.selectors.public import case_by_code
from portal.models import AuditEvent, SettingRow
from tests.conftest import TODAY
from tests.factories_complaints import PointFactory

pytestmark = pytest.mark.django_db
BASE = "/api/v1/public/"
CASE = {"kind": "help", "title": "用电报装超过时限", "text": "10月18日申请，至今没有答复。"}


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day):
    pass


def call(path, body, host="203.0.113.7"):
    return Client(REMOTE_ADDR=host).post(f"{BASE}{path}", body, "application/json")


def worked():
    token = call("challenges/", {}).json()["challenge"]
    proof = next(str(n) for n in count() if proves(token, str(n), BITS))
    return {"challenge": token, "proof": proof}


def test_a_case_is_handed_in_and_followed_by_its_code(officer):
    made = call("complaints/", CASE | worked())
    assert made.status_code == 201
    case = Complaint.objects.get()
    assert (case.number, case.channel, case.is_anonymous) == (made.json()["number"], "web", True)
    assert case_by_code(made.json()["code"]) == case
    shown = call("complaints/query/", {"code": made.json()["code"]}).json()
    assert (shown["title"], shown["state"]) == (CASE["title"], "已登记")
    assert [stage["mark"] for stage in shown["stages"][:2]] == ["now", "next"]
    assert "203.0.113.7" not in repr(list(AuditEvent.objects.filter(action="complaint.register").values()))


def test_the_same_call_twice_makes_one_case_and_gives_one_code():
    body = CASE | worked()
    first, again = call("complaints/", body), call("complaints/", body)
    assert first.json() == again.json()
    assert call("complaints/", body | {"title": "另一件"}).status_code == 409
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    "proof",
    [{}, {"challenge": "made up", "proof": "1"}, {"proof": "不是"}],
    ids=["none", "forged", "no work"],
)
def test_without_work_nothing_is_taken(proof):
    body = CASE | (worked() | proof if "challenge" not in proof and proof else proof)
    assert call("complaints/", body).status_code in {400, 422}
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "字" * 61}, "title"),
        ({"text": " "}, "text"),
        ({"kind": "complaint"}, "problem"),
        ({"reported": "nowhere"}, "reported"),
        ({"name": "喆明远"}, "phone"),
        ({"name": "喆明远", "phone": "13800138000"}, "consent"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(changes, field):
    answer = call("complaints/", CASE | worked() | changes)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not Complaint.objects.exists()


def test_who_leaves_a_name_is_kept_sealed_and_a_point_is_known(unit):
    point = PointFactory()
    person = {"name": "喆明远", "phone": "13800138000", "consent": True, "secret": True}
    call("complaints/", CASE | worked() | person | {"point": point.code, "reported": unit.code})
    case = Complaint.objects.get()
    assert (case.channel, case.intake_point, case.reported, case.secrecy) == ("qr", point, unit, "secret")
    assert "喆明远" not in repr(list(Identity.objects.values()))


def test_wrong_codes_are_answered_alike_and_end_after_five():
    code = normalise(call("complaints/", CASE | worked()).json()["code"])
    answers = [
        call("complaints/query/", {"code": typed}) for typed in (new_code(), "短", "X" * 18, new_code())
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(422, answers[0].content)}
    call("complaints/query/", {"code": new_code()})
    assert call("complaints/query/", {"code": code}).status_code == 429
    assert call("complaints/query/", {"code": code}, host="198.51.100.4").status_code == 200


def test_the_pages_and_the_endpoint_share_one_budget(officer):
    SettingRow.objects.create(
        key="complaints.public_per_address", value=1, valid_from=TODAY, created_by=officer
    )
    assert call("complaints/", CASE | worked()).status_code == 201
    assert call("complaints/", CASE | worked()).status_code == 429


def test_the_description_names_the_endpoints(browse, officer):
    text = browse(officer).get("/api/schema/").content.decode()
    for path in ("public/challenges/", "public/complaints/", "public/complaints/query/"):
        assert f"/api/v1/{path}" in text
