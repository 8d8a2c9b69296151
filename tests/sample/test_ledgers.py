"""The sample county: what the leader's page and the workbench show of it must come out of its rows."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db import models
from django.utils import timezone

from indicators.dispatch_jobs import open_rounds
from indicators.models import (
    ClosingApplication,
    DispatchRound,
    Indicator,
    LampRecord,
    Letter,
    Measurement,
    ProgressReport,
    ReportingMonth,
    TaskForce,
    WorkItem,
)
from indicators.scoring import read_method
from indicators.selectors.months import count_reports, items_owing
from indicators.services.dispatch import sheet_hash
from indicators.services.letters.wording import stored_document
from indicators.workflow import ItemState, ReportState
from portal.models import Attachment, AuditEvent, NumberSeries, RoleGrant, User
from portal.roles import Role, exclusion
from portal.services import audit
from reports.sample import texts
from reports.sheets import from_stored

TODAY = date(2023, 11, 10)
OCTOBER = date(2023, 10, 1)
SEPTEMBER = date(2023, 9, 1)
INSTRUCTIONS, FINDINGS = "JB", "DC"

# Red, yellow, green, blue (closed), grey.
LAMPS = {
    "开办企业": (0, 1, 5, 9, 0),
    "办理建筑许可": (2, 3, 11, 8, 0),
    "获得电力": (0, 1, 5, 8, 0),
    "获得用水用气": (1, 1, 6, 5, 0),
    "登记财产": (1, 1, 8, 7, 0),
    "纳税": (0, 0, 5, 9, 0),
    "获得信贷": (1, 2, 8, 7, 0),
    "政府采购": (0, 1, 5, 7, 0),
    "招标投标": (1, 1, 8, 6, 0),
    "政务服务": (0, 2, 12, 18, 1),
    "市场监管": (0, 2, 10, 13, 0),
    "执行合同": (1, 2, 8, 7, 0),
    "办理破产": (0, 2, 6, 4, 1),
    "劳动力市场监管": (0, 1, 6, 7, 1),
    "知识产权": (0, 1, 6, 7, 0),
    "包容普惠创新": (2, 4, 9, 9, 2),
}
COLOURS = ("red", "yellow", "green", "blue", "grey")


def ledger():
    return WorkItem.objects.exclude(work_list__prefix__in=[INSTRUCTIONS, FINDINGS])


def item(short):
    return WorkItem.objects.get(number=f"2023-{short}")


def test_the_four_lists_hold_what_their_documents_lay_down(sample):
    counts = Counter(ledger().values_list("work_list__prefix", flat=True))
    assert counts == {"DB": 103, "CX": 114, "SP": 48, "LT": 23}


def test_the_lamps_come_out_of_the_rules_as_meant(sample):
    counts = Counter(ledger().values_list("lamp", flat=True))
    assert counts == {"red": 9, "yellow": 25, "green": 118, "blue": 131, "grey": 5}


def test_each_task_force_shows_its_own_lamps(sample):
    counts = Counter(ledger().values_list("task_force__name", "lamp"))
    found = {name: tuple(counts[name, colour] for colour in COLOURS) for name in LAMPS}
    assert found == LAMPS
    assert TaskForce.objects.count() == len(LAMPS)


def test_each_item_shows_the_lamp_that_its_text_asks_for(sample):
    meant = {text.number: text for row in texts.lists() for text in texts.items(row)}
    lamps = {row.short_number: row.lamp for row in ledger()}
    wrong = {
        number: (lamps[number], text.progress)
        for number, text in meant.items()
        if lamps[number] != ("blue" if text.is_closed else text.progress if text.due else "grey")
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("short", "reason"),
    [
        ("DB-011", "逾期10天"),
        ("DB-038", "逾期6天"),
        ("DB-094", "逾期22天"),
        ("DB-026", "连续2个月无审核通过进展"),
        ("DB-017", "本月迟报"),
        ("DB-037", "临期，完成79%"),
        ("SP-005", "本月未报"),
        ("DB-079", "未设时限"),
    ],
)
def test_a_lamp_has_the_reason_of_its_story(sample, short, reason):
    assert item(short).lamp_reason == reason


def test_the_reporting_of_october_is_that_of_the_workbench(sample):
    found = count_reports(ProgressReport.objects.filter(month=OCTOBER))
    assert (found.due, found.reported, found.on_time, found.late) == (176, 169, 162, 7)
    assert (found.pending, found.missing) == (10, 7)
    units = ProgressReport.objects.filter(month=OCTOBER).pending().values("organisation").distinct()
    assert units.count() == 6


def test_september_was_reported_a_little_better(sample):
    found = count_reports(ProgressReport.objects.filter(month=SEPTEMBER))
    assert round(Decimal(100) * found.on_time / found.due, 1) == Decimal("93.7")


def test_september_ended_with_two_more_red_lamps_and_twelve_fewer_closed(sample):
    lamps = Counter(
        LampRecord.objects.filter(month=SEPTEMBER, item__in=ledger()).values_list("colour", flat=True)
    )
    assert (lamps["red"], lamps["blue"]) == (11, 119)


def test_every_item_and_every_instruction_owes_its_reports_as_the_portal_counts_them(sample):
    for month in ReportingMonth.objects.all():
        owing = set(items_owing(month.month).values_list("pk", flat=True))
        # Closed in a first round and opened again: it owed reports throughout.
        assert owing == set(
            ProgressReport.objects.filter(month=month.month).values_list("item", flat=True)
        ), month


def test_items_repeat_their_newest_verified_report(sample):
    for row in WorkItem.objects.exclude(state=ItemState.CLOSED):
        newest = row.reports.filter(state=ReportState.VERIFIED).order_by("-month").first()
        assert row.verified_month == (newest and newest.month), row
        assert row.percent == (newest.percent if newest else 0), row


def test_october_closes_today_and_the_months_before_are_locked(sample):
    october = ReportingMonth.objects.get(month=OCTOBER)
    assert (october.due_on, october.closes_on) == (date(2023, 11, 3), TODAY)
    assert not october.is_locked(TODAY)
    assert not ReportingMonth.objects.filter(month__lt=OCTOBER, closed_at=None).exists()


def test_the_item_that_was_opened_again_tells_its_story(sample):
    row = item("DB-012")
    assert (row.state, row.round, row.original_due_on) == (ItemState.AWAITING_OFFICE, 2, date(2023, 9, 30))
    actions = [event.action for event in AuditEvent.objects.of(row)]
    assert actions == [
        "item.confirm",
        "item.apply",
        "item.extension_approved",
        "item.request_extension",
        "item.recheck_failed",
        "item.approve",
        "item.confirm",
        "item.apply",
        "item.start",
        "item.create",
    ]
    first = row.applications.get(round=1)
    assert (first.outcome, first.reopened_on) == (ClosingApplication.Outcome.APPROVED, date(2023, 8, 22))


def test_applications_wait_at_every_stage_and_have_evidence(sample):
    waiting = ClosingApplication.objects.filter(outcome=ClosingApplication.Outcome.PENDING)
    assert Counter(waiting.values_list("item__state", flat=True)) == {
        ItemState.AWAITING_UNIT: 3,
        ItemState.AWAITING_LEAD: 3,
        ItemState.AWAITING_OFFICE: 4,
    }
    files = Attachment.objects.filter(content_type__model="closingapplication")
    uploaded = dict(files.values_list("object_id", "uploaded_at"))
    assert uploaded == dict(ClosingApplication.objects.values_list("pk", "applied_at"))


def test_nobody_reviews_what_he_wrote_himself(sample):
    reports = ProgressReport.objects
    assert not reports.filter(models.Q(submitted_by=models.F("lead_passed_by"))).exists()
    assert not reports.filter(models.Q(submitted_by=models.F("verified_by"))).exists()
    applications = ClosingApplication.objects
    assert not applications.filter(models.Q(applicant=models.F("lead_by"))).exists()


def test_every_item_has_a_history_in_the_order_of_time(sample):
    for row in WorkItem.objects.all():
        events = list(AuditEvent.objects.of(row))
        assert len(events) >= (
            1 if row.state == ItemState.PLANNED or row.work_list.prefix == INSTRUCTIONS else 2
        )
        assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
        assert row.version == len(events)


def test_the_digests_of_the_history_are_right(sample):
    told = AuditEvent.objects.exclude(action="sample.load")
    assert all(event.digest == audit.digest_of(event) for event in told[:400])


def test_nothing_is_told_of_today_or_later(sample):
    midnight = timezone.make_aware(timezone.datetime(2023, 11, 10))
    assert not AuditEvent.objects.exclude(action="sample.load").filter(at__gte=midnight).exists()
    assert not ProgressReport.objects.filter(submitted_at__gte=midnight).exists()


def test_reports_read_as_sentences(sample):
    for report in ProgressReport.objects.exclude(submitted_at=None).select_related("item"):
        for text in (report.done, report.problems, report.coordination, report.next_step):
            assert not re.search(r"[{}]|。。|；；|；。|，。|None", text), f"{report}: {text}"
        assert report.done.endswith(("。", "）")), f"{report}: {report.done}"
    repeated = Counter(
        ProgressReport.objects.filter(month=OCTOBER).exclude(done="").values_list("done", flat=True)
    )
    assert repeated.most_common(1)[0][1] <= 3


def test_rounds_and_instructions_are_those_of_the_texts(sample):
    held = DispatchRound.objects.filter(state=DispatchRound.State.HELD).order_by("number")
    assert list(held.values_list("held_on", flat=True)) == [row.held_on for row in texts.rounds()]
    told = WorkItem.objects.filter(work_list__prefix=INSTRUCTIONS)
    assert told.count() == sum(len(row.instructions) for row in texts.rounds())
    assert Counter(told.exclude(state=ItemState.CLOSED).values_list("lamp", flat=True))["red"] == 2


def test_every_held_round_keeps_the_sheet_it_had_before_it(sample):
    held = DispatchRound.objects.filter(state=DispatchRound.State.HELD)
    assert all(row.sheet_hash == sheet_hash(row.sheet) for row in held)
    august = from_stored(held.get(form="office", month=date(2023, 8, 1)).sheet)
    counts = Counter(
        colour for force in august.forces for colour, count in force.counts for _ in range(count)
    )
    recorded = LampRecord.objects.filter(month=date(2023, 7, 1), item__in=ledger())
    assert counts["red"] == recorded.filter(colour="red").count()


def test_the_monthly_job_finds_this_months_rounds_there(sample):
    before = DispatchRound.objects.count()
    assert "已发起" in open_rounds(TODAY)
    assert DispatchRound.objects.count() == before
    planned = DispatchRound.objects.filter(state=DispatchRound.State.DRAFT)
    assert planned.count() == len({row.chief for row in texts.task_forces()}) + 1


def test_letters_are_numbered_by_rung_and_one_waits_for_its_answer(sample):
    assert set(Letter.objects.values_list("number", flat=True)) == {
        *(f"云营商办提醒〔2023〕{n}号" for n in range(1, 5)),
        *(f"云营商办督办〔2023〕{n}号" for n in range(1, 4)),
        "云营商办约谈〔2023〕1号",
    }
    asked = Letter.objects.exclude(rung=Letter.Rung.REMIND)
    assert list(asked.filter(replied_on=None).values_list("reply_by", flat=True)) == [TODAY]
    assert all(stored_document(letter) is not None for letter in Letter.objects.all())


def test_the_next_number_of_a_list_follows_the_last(sample):
    for prefix, count in (("DB", 103), ("CX", 114), ("SP", 48), ("LT", 23)):
        assert NumberSeries.objects.get(series=f"item-{prefix}", year=2023).value == count


def test_leaves_are_scored_by_methods_that_can_be_read(sample):
    leaves = Indicator.objects.filter(depth=2)
    assert leaves.count() == len(texts.leaves())
    for leaf in leaves.exclude(method=Indicator.Method.NONE):
        read_method(leaf.method, leaf.parameters)
    values = Measurement.objects.filter(indicator__code="jianzhu-parallel-rate", period=OCTOBER)
    assert values.get().value == Decimal("87.9")


def test_the_listed_accounts_have_one_role_each_and_open_with_the_shared_word(sample):
    demo = [person for person in texts.people() if person.demo]
    assert {person.roles[0] for person in demo} == set(Role.values)
    users = {user.username: user for user in User.objects.all()}
    hashes = {users[person.username].password for person in demo}
    assert len(hashes) == 1
    assert users["shenruoning"].check_password(texts.situations().shared_word)
    listed = {person.username for person in demo}
    assert not any(user.has_usable_password() for name, user in users.items() if name not in listed)
    held = Counter(RoleGrant.objects.values_list("user", flat=True))
    assert all(exclusion(frozenset(user.roles)) == "" for user in users.values())
    assert set(held) == {user.pk for user in users.values()}
