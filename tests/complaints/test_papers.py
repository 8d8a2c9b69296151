"""The printed papers: who gets which, that they never tell who it was, and that what was given out stays."""

import zipfile
from http import HTTPStatus
from io import BytesIO

import pytest
from django.db import IntegrityError, InternalError, transaction

from complaints.kinds import PaperKind
from complaints.models import IdentityLook, Paper
from complaints.services import acceptance, escalations, papers, routing
from complaints.services.intake import register_complaint
from complaints.services.routing import Routing
from complaints.workflow import EscalationRung
from portal.errors import Refused
from tests.complaints.steps import NOW, TODAY, bring_to
from tests.factories_complaints import entry, register
from tests.factories_enterprises import EnterpriseFactory

PERSONAS = ("liaison", "unit_head", "lead_liaison", "lead_head", "officer", "director")
IDENTITY = ("喆明远", "13800138000", "138 0013 8000", "喆远", "解放路18号")


@pytest.fixture(autouse=True)
def _morning(on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


def path(case, kind, extension="docx"):
    return f"{case.get_absolute_url()}papers/{kind}/{extension}/"


def words(answer):
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        return file.read("word/document.xml").decode()


@pytest.mark.parametrize(
    ("state", "kind", "says"),
    [
        ("accepted", "acceptance", "予以受理"),
        ("declined", "decline", "决定不予受理"),
        ("assigned", "transfer", "一个工作日内签收"),
        ("follow_up", "reply", "一次性告知补正内容"),
        ("registered", "receipt", "查询码"),
    ],
)
def test_the_office_prints_each_paper_when_its_time_has_come(state, kind, says, people, browse):
    case = bring_to(state, people) if state != "registered" else register(now=NOW)
    client = browse(people["officer"])
    answer = client.get(path(case, kind))
    assert answer.status_code == HTTPStatus.OK
    assert says in words(answer)
    assert client.get(path(case, kind, "pdf")).content.startswith(b"%PDF")


@pytest.mark.parametrize("kind", ["acceptance", "decline", "transfer", "reply", "supervise", "poem"])
def test_a_paper_whose_time_has_not_come_does_not_exist(kind, people, browse):
    case = register(now=NOW)
    assert browse(people["officer"]).get(path(case, kind)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("persona", "kind", "status"),
    [
        ("liaison", "transfer", HTTPStatus.OK),
        ("unit_head", "transfer", HTTPStatus.OK),
        ("liaison", "acceptance", HTTPStatus.NOT_FOUND),
        ("liaison", "receipt", HTTPStatus.NOT_FOUND),
        ("outsider", "transfer", HTTPStatus.NOT_FOUND),
        ("observer", "transfer", HTTPStatus.NOT_FOUND),
        ("leader", "transfer", HTTPStatus.NOT_FOUND),
        ("inspector", "acceptance", HTTPStatus.OK),
    ],
)
def test_who_may_print_what(persona, kind, status, people, browse, request):
    case = bring_to("assigned", people)
    client = browse(request.getfixturevalue(persona))
    assert client.get(path(case, kind)).status_code == status


def test_the_sheet_for_a_unit_that_must_not_know_tells_nothing(people, unit, browse):
    case = register(
        reported=unit,
        enterprise=EnterpriseFactory(name="云溪县喆远食品有限公司"),
        title="喆远食品反映审图补正",
    )
    words_of_it = case.shared_text
    acceptance.check_shared(
        case, actor=people["officer"], title="审图补正", text=words_of_it, wishes="一次性告知"
    )
    acceptance.accept_complaint(case, actor=people["officer"], now=NOW)
    route = Routing(unit, instruction="请与喆明远联系", confirmed_masked=True)
    routing.assign_complaint(case, route, actor=people["officer"], now=NOW)
    answer = browse(people["liaison"]).get(path(case, "transfer"))
    said = words(answer) + str(answer.headers)
    assert "不得打听、追查来件人" in said
    assert [part for part in IDENTITY if part in said] == []


def test_the_unit_that_may_know_reads_the_original_words_on_the_sheet(people, browse):
    case = bring_to("assigned", people)
    assert "云溪县喆远食品有限公司" in words(browse(people["liaison"]).get(path(case, "transfer")))


@pytest.mark.parametrize(("state", "kind"), [("accepted", "acceptance"), ("follow_up", "reply")])
def test_a_paper_is_given_out_once_and_stays_as_it_read(state, kind, people, browse):
    case = bring_to(state, people)
    client = browse(people["officer"])
    before = words(client.get(path(case, kind)))
    assert "〔2023〕1号" not in before
    first = client.post(f"{case.get_absolute_url()}papers/{kind}/")
    again = client.post(f"{case.get_absolute_url()}papers/{kind}/")
    assert (first.status_code, again.status_code) == (HTTPStatus.FOUND, HTTPStatus.FOUND)
    row = Paper.objects.get()
    assert row.number.endswith("〔2023〕1号")
    assert row.number in client.get(case.get_absolute_url()).content.decode()
    case.shared_title = "改过的标题"
    case.save(update_fields=["shared_title"])
    assert "改过的标题" not in words(client.get(path(case, kind)))


def test_numbers_have_no_gap_after_a_refusal(people):
    cases = [bring_to("accepted", people) for _ in range(2)]
    actor = {"actor": people["officer"], "today": TODAY}
    papers.issue_paper(cases[0], PaperKind.ACCEPTANCE, **actor)
    with pytest.raises(Refused, match="已经出具"):
        papers.issue_paper(cases[0], PaperKind.ACCEPTANCE, **actor)
    with pytest.raises(Refused, match="目前不能出具"):
        papers.issue_paper(cases[1], PaperKind.DECLINE, **actor)
    assert papers.issue_paper(cases[1], PaperKind.ACCEPTANCE, **actor).number.endswith("〔2023〕2号")


def test_a_unit_gives_no_paper_out(people):
    case = bring_to("accepted", people)
    with pytest.raises(Refused, match="营商办出具"):
        papers.issue_paper(case, PaperKind.ACCEPTANCE, actor=people["liaison"], today=TODAY)


def test_the_database_refuses_to_change_a_paper(people):
    case = bring_to("accepted", people)
    row = papers.issue_paper(case, PaperKind.ACCEPTANCE, actor=people["officer"], today=TODAY)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Paper.objects.filter(pk=row.pk).update(number="改过")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Paper.objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize("kind", [PaperKind.ACCEPTANCE, PaperKind.REPLY])
def test_what_is_kept_never_tells_who_it_was(kind, people):
    case = bring_to("follow_up", people)
    row = papers.issue_paper(case, kind, actor=people["officer"], today=TODAY)
    assert [part for part in IDENTITY if part in str(row.document)] == []


def test_a_copy_by_name_needs_a_reason_and_leaves_a_trace(people, browse):
    case = bring_to("accepted", people)
    client = browse(people["officer"])
    refused = client.post(path(case, "acceptance"), {"reason": " "})
    assert (refused.status_code, IdentityLook.objects.count()) == (HTTPStatus.FOUND, 0)
    copy = client.post(path(case, "acceptance"), {"reason": "邮寄送达"})
    assert "喆明远：" in words(copy)
    assert "邮寄送达" in IdentityLook.objects.get().reason
    assert "no-store" in copy.headers["Cache-Control"]
    assert "喆明远" not in words(client.get(path(case, "acceptance")))


@pytest.mark.parametrize("persona", ["liaison", "inspector"])
def test_nobody_else_gets_a_copy_by_name(persona, people, browse, request):
    case = bring_to("assigned", people)
    answer = browse(request.getfixturevalue(persona)).post(path(case, "acceptance"), {"reason": "想看"})
    assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FOUND}
    assert IdentityLook.objects.count() == 0


def test_the_receipt_bears_the_code_only_for_who_holds_it(people, browse):
    made = register_complaint(entry(), actor=people["officer"], now=NOW)
    client = browse(people["officer"])
    url = f"{made.complaint.get_absolute_url()}receipt/docx/"
    right = client.post(url, {"code": made.code})
    assert made.code[:6] in words(right)
    assert client.post(url, {"code": "A" * 18}).status_code == HTTPStatus.FOUND
    assert made.code[:6] not in words(client.get(path(made.complaint, "receipt")))


def test_the_letter_of_an_escalation_reaches_its_unit_when_it_is_signed(people, browse, outsider):
    case = bring_to("handling", people)
    row = escalations.propose_escalation(
        case, EscalationRung.SUPERVISE, "逾期 3 个工作日未答复", occasion="overdue", now=NOW
    )
    url = f"{case.get_absolute_url()}escalations/{row.pk}/letter/docx/"
    assert browse(people["liaison"]).get(url).status_code == HTTPStatus.NOT_FOUND
    assert "逾期 3 个工作日" in words(browse(people["director"]).get(url))
    escalations.issue_escalation(row, actor=people["director"], today=TODAY)
    said = words(browse(people["liaison"]).get(url))
    assert row.number in said
    assert [part for part in IDENTITY if part in said] == []
    assert browse(outsider).get(url).status_code == HTTPStatus.NOT_FOUND
    assert Paper.objects.get(escalation=row).number == row.number
