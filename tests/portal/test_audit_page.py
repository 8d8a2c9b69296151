"""Reading and exporting the audit trail."""

import ast
import io
from datetime import date
from http import HTTPStatus
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from portal import csv_lines
from portal.models import AuditEvent
from portal.selectors.audit import action_labels, changes_text
from portal.services import audit
from tests.factories import WorkItemFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def trail(on_the_day, officer, liaison):
    audit.record(officer, "session.login", actor=officer)
    audit.record(liaison, "user.disable", actor=officer, note="调离", changes={"is_active": [True, False]})
    audit.record(
        None, "page.refused", actor=liaison, changes={"path": "/system/"}, outcome=AuditEvent.Outcome.DENIED
    )


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("auditor", HTTPStatus.OK),
        ("security_officer", HTTPStatus.OK),
        ("sysadmin", HTTPStatus.FORBIDDEN),
        ("director", HTTPStatus.FORBIDDEN),
        ("leader", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_reads_the_trail(browse, persona, expected, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/system/audit/").status_code == expected
    assert client.get("/system/audit/export/").status_code == expected


def test_the_security_officer_reads_logins_and_rights_only(trail, browse, security_officer):
    text = browse(security_officer).get("/system/audit/").content.decode()
    assert "停用账号" in text
    assert "越权访问被拒" not in text.split("<tbody>")[1]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", {"登录", "停用账号", "越权访问被拒"}),
        ("who=林晓雯", {"越权访问被拒"}),
        ("who=OFFICER", {"登录", "停用账号"}),
        ("action=user.disable", {"停用账号"}),
        ("about=调离", {"停用账号"}),
        ("outcome=denied", {"越权访问被拒"}),
        ("since=2023-11-08&until=2023-11-08", {"登录", "停用账号", "越权访问被拒"}),
        ("since=2023-11-09", set()),
        ("until=2023-11-07", set()),
    ],
)
def test_the_filter_narrows_by_person_action_object_outcome_and_day(trail, browse, auditor, query, seen):
    events = browse(auditor).get(f"/system/audit/?{query}").context["events"]
    assert {label for _event, label, _changes in events} == seen


def test_a_date_that_is_none_is_refused_with_a_sentence(browse, auditor):
    answer = browse(auditor).get("/system/audit/?since=gestern")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "field__error" in answer.content.decode()


def test_pages_follow_the_key_without_gap_or_repeat(browse, auditor, officer):
    for number in range(120):
        audit.record(officer, "user.update", actor=officer, changes={"n": number})
    client, seen, url = browse(auditor), [], "/system/audit/"
    while url:
        context = client.get(url).context
        seen += [event.pk for event, _label, _changes in context["events"]]
        url = f"/system/audit/?before={context['older_than']}" if context["older_than"] else ""
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 120


def test_a_csv_export_holds_what_was_filtered_and_is_written_down(trail, browse, auditor):
    answer = browse(auditor).get("/system/audit/export/?format=csv&action=user.disable")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "停用账号" in lines[1]
    assert "启用：是 → 否" in lines[1]
    event = AuditEvent.objects.get(action="audit.export")
    assert event.actor == auditor
    assert event.changes["filter"] == "动作：停用账号"


def test_a_workbook_export_opens_in_a_spreadsheet(trail, browse, auditor):
    answer = browse(auditor).get("/system/audit/export/")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(
        0
    )
    rows = sheet.to_python()
    assert rows[2][:2] == ["时间", "操作人"]
    assert len(rows) == 3 + 3


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@cmd", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_runs_as_a_formula(text):
    assert csv_lines.safe_cell(text) == f"'{text}"


def test_plain_cells_stay_as_they_are():
    assert [csv_lines.safe_cell(value) for value in ("县住建局", None, 3, date(2023, 11, 8))] == [
        "县住建局",
        "",
        "3",
        "2023-11-08",
    ]


def test_columns_and_choices_are_called_by_their_names(officer):
    row = WorkItemFactory()
    event = audit.record(
        row,
        "item.start",
        actor=officer,
        changes={
            "state": ["planned", "in_progress"],
            "file": "台账.xlsx",
            "due_on": [None, date(2023, 12, 1)],
        },
    )
    assert changes_text(event) == "状态：未启动 → 推进中；文件：台账.xlsx；完成时限：（空） → 2023-12-01"


def written_actions():
    """Yield every action that a call of the audit trail in our code names in full."""
    for app in ("portal", "indicators", "policies", "reports"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = (
                    getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if isinstance(node, ast.Call)
                    else ""
                )
                if name.strip("_") in {"record", "build_event"}:
                    yield from (
                        argument.value
                        for argument in node.args
                        if isinstance(argument, ast.Constant) and "." in str(argument.value)
                    )


def test_every_action_that_is_written_down_has_a_chinese_name():
    actions = set(written_actions())
    assert len(actions) > 50
    assert sorted(actions - action_labels().keys()) == []
