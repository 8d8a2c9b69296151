"""The audit trail: nobody changes it, and a change made past the triggers is found and named."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.errors import Refused
from portal.models import AuditEvent, AuditSeal, ChainHead, Notification
from portal.services import audit, audit_chain
from reports.models import Bulletin
from tests.frozen_rows import triggers_away

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.txt"
    return settings.AUDIT_ANCHOR_FILE


@pytest.fixture
def trail(officer):
    """Five sealed events."""
    events = [
        audit.record(officer, "user.update", actor=officer, changes={"phone": ["", f"1380000000{n}"]})
        for n in range(5)
    ]
    audit_chain.seal_events(timezone.now())
    return events


def forced(sql, *values):
    """Change rows as somebody does who has switched the triggers off."""
    with triggers_away(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(act):
    with pytest.raises(DatabaseError, match=r"审计|通报"), transaction.atomic():
        act()


@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
def test_the_database_refuses_to_change_or_delete_a_row_of_the_trail(trail, model):
    table = model._meta.db_table
    column = "note" if model is AuditEvent else "hash"
    refused(lambda: model.objects.update(**{column: "x"}))
    refused(lambda: model.objects.all()._raw_delete("default"))
    refused(lambda: model.objects.first().delete())
    refused(lambda: connection.cursor().execute(f"UPDATE {table} SET {column} = 'x'"))
    refused(lambda: connection.cursor().execute(f"DELETE FROM {table}"))
    if connection.vendor == "postgresql":
        connection.check_constraints()
        refused(lambda: connection.cursor().execute(f"TRUNCATE {table} CASCADE"))
    assert model.objects.count() == 5


def test_an_untouched_trail_is_verified_to_its_end(trail, capsys):
    assert audit_chain.verify() == audit_chain.Verification(ok=True, checked=5)
    call_command("verify_audit")
    assert "共 5 条" in capsys.readouterr().out


def test_a_changed_event_is_named(trail):
    forced("UPDATE portal_auditevent SET note = 'x' WHERE id = %s", trail[2].pk)
    found = audit_chain.verify()
    assert not found.ok
    assert found.checked == 2
    assert f"审计记录 {trail[2].pk}" in found.first_fault
    with pytest.raises(CommandError, match=f"审计记录 {trail[2].pk}"):
        call_command("verify_audit")


def test_a_change_with_its_digest_made_to_fit_is_found_by_the_chain(trail):
    trail[2].note = "x"
    forced(
        "UPDATE portal_auditevent SET note = 'x', digest = %s WHERE id = %s",
        audit.digest_of(trail[2]),
        trail[2].pk,
    )
    assert "链值不符" in audit_chain.verify().first_fault


def test_a_removed_event_is_named(trail):
    forced("DELETE FROM portal_auditevent WHERE id = %s", trail[1].pk)
    assert audit_chain.verify().first_fault == f"审计记录 {trail[1].pk}（封存链第 2 环）缺失"


def test_a_removed_event_with_its_link_leaves_a_gap(trail):
    forced("DELETE FROM portal_auditevent WHERE id = %s", trail[1].pk)
    forced("DELETE FROM portal_auditseal WHERE sequence = 2")
    assert "第 2 环缺失" in audit_chain.verify().first_fault


def test_a_trail_cut_off_at_its_end_is_found(trail):
    forced("DELETE FROM portal_auditevent WHERE id = %s", trail[4].pk)
    forced("DELETE FROM portal_auditseal WHERE sequence = 5")
    assert "应止于第 5 环，实际止于第 4 环" in audit_chain.verify().first_fault


def test_a_trail_cut_off_with_its_head_set_back_is_found_by_the_anchor_outside(trail, anchors):
    audit_chain.anchor(timezone.now())
    forced("DELETE FROM portal_auditevent WHERE id = %s", trail[4].pk)
    forced("DELETE FROM portal_auditseal WHERE sequence = 5")
    ChainHead.objects.update(sequence=4, hash=AuditSeal.objects.get(sequence=4).hash, floor=0)
    assert "留存的链值不符" in audit_chain.verify().first_fault
    anchors.unlink()
    assert audit_chain.verify().ok


def test_an_event_slipped_in_below_the_floor_is_found(trail):
    audit_chain.seal_events(timezone.now() + timedelta(hours=2))
    row = {**AuditEvent.objects.filter(pk=trail[0].pk).values().get(), "id": trail[0].pk - 1000}
    AuditEvent.objects.bulk_create([AuditEvent(**row)])
    assert "未经封存" in audit_chain.verify().first_fault


def test_raising_the_floor_leaves_no_event_unsealed(officer, trail):
    audit_chain.seal_events(timezone.now() + timedelta(hours=2))
    assert ChainHead.objects.get().floor == trail[-1].pk
    audit.record(officer, "user.update", actor=officer)
    assert audit_chain.seal_events(timezone.now() + timedelta(hours=4)) == 1
    assert audit_chain.verify() == audit_chain.Verification(ok=True, checked=6)


def test_the_nightly_job_leaves_an_anchor_or_tells_the_auditors(trail, auditor, anchors):
    today = timezone.localdate()
    assert audit_chain.verify_and_alarm(today) == "审计链完整，共 5 条"
    assert anchors.read_text().split()[2] == "5"
    forced("UPDATE portal_auditevent SET note = 'x' WHERE id = %s", trail[0].pk)
    with pytest.raises(Refused, match="核验不通过"):
        audit_chain.verify_and_alarm(today)
    assert "核验不通过" in Notification.objects.get(recipient=auditor).text


def bulletin(**fields):
    values = {
        "month": "2023-10-01",
        "code": "2023-10",
        "title": "10月份通报",
        "drafted_at": datetime(2023, 11, 8, tzinfo=UTC),
        "content": [{"text": "一"}],
    }
    return Bulletin.objects.create(**{**values, **fields})


ISSUED = {
    "state": "issued",
    "issue_number": 10,
    "issue_year": 2023,
    "issued_at": datetime(2023, 11, 13, tzinfo=UTC),
    "content_hash": "ab" * 32,
    "document_number": "云营商办〔2023〕10号",
    "docx": b"docx",
    "pdf": b"pdf",
}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", "x"),
        ("content", []),
        ("figures", {"x": 1}),
        ("rows", {"x": []}),
        ("document", {"x": 1}),
        ("docx", b"x"),
        ("pdf", None),
        ("content_hash", "x"),
        ("issue_number", 11),
        ("document_number", ""),
        ("issued_at", None),
        ("issued_at", datetime(2023, 11, 14, tzinfo=UTC)),
    ],
)
def test_the_database_refuses_to_change_what_an_issued_bulletin_printed(column, value):
    row = bulletin(**ISSUED)
    refused(lambda: Bulletin.objects.filter(pk=row.pk).update(**{column: value}))
    refused(row.delete)


def test_an_issued_bulletin_can_still_be_superseded_and_a_draft_be_changed_issued_or_deleted():
    row = bulletin()
    Bulletin.objects.filter(pk=row.pk).update(content=[], title="改题")
    Bulletin.objects.filter(pk=row.pk).update(**ISSUED)
    assert Bulletin.objects.filter(pk=row.pk).update(state="superseded", version=2) == 1
    bulletin(code="2023-11").delete()
