"""The office's pages of the enterprises' codes: opened, handed out once, printed on record, answered; for the office alone."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from policies.models import CodeScan, Correction, EnterpriseCode, OneTimeCode
from policies.services.enterprise_codes import email_of, open_page, rewrap_addresses, switch_page
from policies.services.enterprise_entry import ask_correction
from portal.errors import Refused
from portal.models import AuditEvent
from tests.ceilings.test_pages import asked
from tests.conftest import NOW, TODAY
from tests.factories_policies import KnownEnterpriseFactory
from tests.policies.mine import CODE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day):
    pass


@pytest.fixture
def desk(browse, officer):
    return browse(officer)


@pytest.fixture
def door(holder, officer):
    return open_page(holder, actor=officer, email="office@example.com")


def words(answer):
    return answer.content.decode()


def step(desk, door, name, **data):
    address = reverse("policies:code_step", args=[door.enterprise.credit_code, name])
    return desk.post(address, data)


def test_a_code_is_opened_by_credit_code_and_once(desk, holder):
    data = {"code": holder.credit_code.lower(), "email": "office@example.com"}
    desk.post(reverse("policies:code_list"), data)
    row = EnterpriseCode.objects.get()
    assert (row.enterprise, email_of(row)) == (holder, "office@example.com")
    answer = desk.post(reverse("policies:code_list"), data)
    assert answer.status_code == 422
    assert "已经开通企业码" in words(answer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请填写统一社会信用代码"),
        ({"code": "123"}, "应为 18 位"),
        ({"code": "91110000600037341L"}, "名录中没有"),
    ],
)
def test_a_code_that_cannot_be_opened_is_answered_in_words(desk, data, said):
    answer = desk.post(reverse("policies:code_list"), data)
    assert answer.status_code == 422
    assert said in words(answer)


def test_a_bad_address_is_refused_and_what_was_typed_stays(desk, holder, door):
    answer = step(desk, door, "email", email="not an address")
    assert answer.status_code == 422
    assert "not an address" in words(answer)
    step(desk, door, "email", email="")
    door.refresh_from_db()
    assert door.email == ""


@pytest.mark.parametrize("state", ["revoked", "deregistered"])
def test_no_code_for_an_entity_that_has_ended(officer, state):
    row = KnownEnterpriseFactory(state=state, state_on=TODAY)
    with pytest.raises(Refused, match="不能开通"):
        open_page(row, actor=officer)


@pytest.mark.parametrize("persona", ["liaison", "observer", "sysadmin", "inspector", "leader"])
def test_nobody_else_keeps_codes(persona, holder, request, door):
    person = request.getfixturevalue(persona)
    with pytest.raises(Refused):
        switch_page(door, actor=person, active=False)
    assert not EnterpriseCode.objects.visible_to(person).exists()
    assert not Correction.objects.visible_to(person).exists()


def test_a_one_time_code_is_shown_once(desk, door):
    answer = step(desk, door, "hand-out")
    code = CODE.search(words(answer)).group()
    assert code
    assert "no-store" in answer.headers["Cache-Control"]
    assert code not in words(desk.get(door.get_absolute_url()))
    assert OneTimeCode.objects.get().expires_at == OneTimeCode.objects.get().made_at + timedelta(days=7)


@pytest.mark.parametrize("name", ["renew", "disable", "enable", "hand-out"])
def test_steps_are_on_record_and_name_no_address(desk, door, name):
    if name == "enable":
        step(desk, door, "disable")
    step(desk, door, name)
    events = AuditEvent.objects.filter(action__startswith="enterprise_code.")
    assert events.count() >= 2
    assert all("office@example.com" not in str(event.changes) for event in events)


def test_an_unknown_step_does_not_exist(desk, door):
    assert step(desk, door, "steal").status_code == 404


def test_an_ended_code_is_neither_printed_nor_handed_out(desk, door):
    step(desk, door, "disable")
    assert "没有选择企业" in words(
        desk.get(reverse("policies:code_sheet"), {"code": door.enterprise.credit_code})
    )
    step(desk, door, "hand-out")
    assert not OneTimeCode.objects.exists()


def test_sheets_are_printed_on_record(desk, door, officer, settings):
    settings.PUBLIC_URL = "https://yunxi.example.gov.cn"
    second = open_page(KnownEnterpriseFactory(name="云溪县东山食品有限公司"), actor=officer)
    codes = [one.enterprise.credit_code for one in (door, second)]
    page = words(desk.get(reverse("policies:code_sheet"), {"code": codes}))
    assert f"https://yunxi.example.gov.cn/e/{door.code}/" in page
    answer = desk.get(reverse("policies:code_sheet_pdf"), {"code": codes})
    document = PdfReader(BytesIO(answer.content))
    assert len(document.pages) == 2
    assert "东山食品" in document.pages[1].extract_text()
    assert document.pages[0].mediabox.height == pytest.approx(842, abs=1)
    assert AuditEvent.objects.filter(action="enterprise_code.print").count() == 4


def test_a_list_of_enterprises_gets_its_codes_and_goes_on_to_the_printer(desk, door, officer):
    second, third = KnownEnterpriseFactory.create_batch(2)
    lines = f"{second.credit_code}\toffice@example.com\r\n\r\n{third.credit_code.lower()}\n{door.enterprise.credit_code}"
    answer = desk.post(reverse("policies:code_open"), {"lines": lines}, follow=True)
    assert "新开通 2 家企业码，1 家原已开通" in words(answer)
    assert answer.context["count"] == 3
    row = EnterpriseCode.objects.get(enterprise=second)
    assert email_of(row) == "office@example.com"
    opened = AuditEvent.objects.filter(action="enterprise_code.open", actor=officer)
    assert opened.count() == 3
    assert "office@example.com" not in str([event.changes for event in opened])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "请填写企业名单"),
        ("12345", "第 2 行：统一社会信用代码应为 18 位"),
        ("{known} 没有邮箱", "第 2 行：邮箱格式不对"),
        ("{first}", "前面已经有了"),
        ("91110000600037341L", "不在市场主体名录中，或已停业、合并：91110000600037341L"),
    ],
)
def test_a_list_with_a_bad_line_opens_nothing_and_stays(desk, holder, line, said):
    known, first = KnownEnterpriseFactory(), holder.credit_code
    text = f"{first}\n{line.format(known=known.credit_code, first=first)}" if line else ""
    answer = desk.post(reverse("policies:code_open"), {"lines": text})
    assert answer.status_code == 422
    assert said in words(answer)
    assert not EnterpriseCode.objects.exists()
    if line:
        assert first in words(answer)


def test_no_more_are_opened_at_once_than_are_printed(desk):
    many = KnownEnterpriseFactory.create_batch(61)
    lines = "\n".join(row.credit_code for row in many)
    assert "一次最多 60 家，现有 61 家" in words(desk.post(reverse("policies:code_open"), {"lines": lines}))
    sixty = "\n".join(row.credit_code for row in many[:60])
    assert cost(desk, "post", reverse("policies:code_open"), {"lines": sixty}) <= 15
    assert EnterpriseCode.objects.count() == 60


def test_corrections_are_answered_at_the_desk(desk, door):
    row = ask_correction(door, Correction.About.NAME, "新名称", "营业执照", now=NOW)
    listed = reverse("policies:correction_list")
    assert "新名称" in words(desk.get(listed))
    address = reverse("policies:correction_settle", args=[row.pk])
    desk.post(address, {"done": "0", "answer": ""})
    row.refresh_from_db()
    assert row.state == "asked"
    desk.post(address, {"done": "1", "answer": "已按营业执照更正"})
    row.refresh_from_db()
    assert row.state == "done"
    assert "新名称" not in words(desk.get(listed))
    assert "新名称" in words(desk.get(listed, {"state": "all"}))


def cost(client, method, address, data=None):
    with CaptureQueriesContext(connection) as captured:
        answer = getattr(client, method)(address, data)
    assert answer.status_code < 400
    return asked(captured)


def test_lists_details_and_steps_keep_within_their_ceilings(desk, door, officer):
    rows = [open_page(KnownEnterpriseFactory(), actor=officer) for _ in range(50)]
    CodeScan.objects.bulk_create(CodeScan(page=row, on=TODAY, count=3) for row in rows)
    Correction.objects.bulk_create(
        Correction(enterprise=row.enterprise, about="name", stated="x", basis="y", asked_at=NOW)
        for row in [*rows, *[door] * 30]
    )
    desk.get(reverse("portal:inbox"))
    credit_code = door.enterprise.credit_code
    for name in ("code_list", "correction_list"):
        assert cost(desk, "get", reverse(f"policies:{name}"), {"size": 50}) <= 15
    assert cost(desk, "get", door.get_absolute_url()) <= 20
    assert cost(desk, "get", reverse("policies:code_sheet"), {"code": credit_code}) <= 15
    for name in ("hand-out", "renew", "disable", "enable"):
        assert cost(desk, "post", reverse("policies:code_step", args=[credit_code, name])) <= 15


def test_addresses_follow_new_keys(door, settings):
    settings.FIELD_KEYS = f"fresh:{'A' * 43}=,{settings.FIELD_KEYS}"
    assert (rewrap_addresses(), rewrap_addresses()) == (1, 0)
    door.refresh_from_db()
    assert email_of(door) == "office@example.com"
