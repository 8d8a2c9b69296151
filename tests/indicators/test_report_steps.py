"""Drafts, submission, review and return of monthly reports: who, from which state, when."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from indicators.models import ProgressReport, WorkItem
from indicators.services import reports as services
from indicators.services.months import unlock_month
from indicators.services.reports import problems_with
from indicators.workflow import REPORT_STEPS, ReportState
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

OCTOBER = date(2023, 10, 1)
ON_TIME = date(2023, 11, 3)
WRITTEN = {"done": "完成并联审批 66 件", "percent": Decimal(88), "previous_percent": Decimal(84)}
SUBMITTED = WRITTEN | {"submitted_at": datetime(2023, 11, 2, tzinfo=CHINA)}


@pytest.fixture
def month():
    return MonthFactory()


@pytest.fixture
def item(unit, task_force):
    """An item that `unit` owes and `lead_unit` leads."""
    return WorkItemFactory(task_force=task_force, organisation=unit, percent=Decimal(84))


@pytest.fixture
def report(month, item):
    return ReportFactory(item=item, state="draft", **WRITTEN)


def put(report, state, **fields):
    ProgressReport.objects.filter(pk=report.pk).update(state=state, **(SUBMITTED | fields))
    report.refresh_from_db()
    return report


def take(step, report, actor, today=ON_TIME):
    """Take a step and return the refusal's sentence, or an empty one."""
    if step == "withdraw":
        try:
            services.withdraw_report(report, actor=actor, today=today)
        except Refused as refusal:
            return str(refusal)
        return ""
    run = {
        "submit": lambda: services.submit_reports([report], actor=actor, today=today),
        "lead_pass": lambda: services.lead_pass([report], actor=actor, today=today),
        "return": lambda: services.return_reports([report], "数据不一致", actor=actor, today=today),
        "verify": lambda: services.verify_reports([report], actor=actor, today=today),
        "reopen": lambda: services.reopen_reports([report], "口径有误", actor=actor, today=today),
    }[step]
    outcome = run()
    return outcome.refused[0].sentence if outcome.refused else ""


PERSONAS = ("liaison", "unit_head", "lead_liaison", "lead_head", "officer", "director", "outsider", "chief",
            "leader", "inspector", "observer", "sysadmin")  # fmt: skip
MAY = {
    "submit": {"liaison", "unit_head"},
    "withdraw": {"liaison", "unit_head"},
    "lead_pass": {"lead_liaison", "lead_head"},
    "return": {"lead_liaison", "lead_head", "officer", "director"},
    "verify": {"officer", "director"},
    "reopen": {"officer", "director"},
}


@pytest.mark.parametrize("step", REPORT_STEPS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_take_a_step_from_which_state(request, report, step, persona):
    actor = request.getfixturevalue(persona)
    for state in ReportState:
        put(report, state)
        sentence = take(step, report, actor)
        report.refresh_from_db()
        if persona in MAY[step] and state in REPORT_STEPS[step].sources:
            assert (sentence, report.state) == ("", REPORT_STEPS[step].target)
        else:
            assert sentence
            assert report.state == state


def test_every_step_leaves_a_trace(report, liaison, lead_liaison, officer):
    for step, actor in (
        ("submit", liaison),
        ("withdraw", liaison),
        ("submit", liaison),
        ("lead_pass", lead_liaison),
        ("verify", officer),
        ("reopen", officer),
    ):
        assert take(step, report, actor) == ""
    events = AuditEvent.objects.of(report).order_by("pk")
    assert [event.action.partition(".")[2] for event in events] == [
        "submit", "withdraw", "submit", "lead_pass", "verify", "reopen",
    ]  # fmt: skip
    assert events.last().note == "口径有误"
    assert events.first().changes["state"] == ["draft", "submitted"]


def test_nobody_reviews_what_he_submitted_himself(report, officer, liaison):
    both = UserFactory(organisation=liaison.organisation, roles=["liaison", "office"])
    assert take("submit", report, both) == ""
    assert "由您本人提交" in take("verify", report, both)
    assert "由您本人提交" in take("return", report, both)
    assert take("verify", report, officer) == ""


def test_a_unit_that_leads_its_own_item_does_not_pass_its_own_report(
    month, unit, liaison, unit_head, officer
):
    own = ReportFactory(
        item=WorkItemFactory(lead=unit, organisation=unit),
        state="submitted",
        submitted_by=liaison,
        **SUBMITTED,
    )
    assert "不能" in take("lead_pass", own, unit_head)
    assert take("verify", own, officer) == ""


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (ON_TIME, False),
        (date(2023, 11, 4), True),
        (date(2023, 11, 10), True),
    ],
)
def test_a_report_is_late_after_the_on_time_day(report, liaison, moment, late):
    take("submit", report, liaison, moment)
    report.refresh_from_db()
    assert report.is_late is late


def test_late_once_is_late_for_ever(report, liaison, officer):
    take("submit", report, liaison, date(2023, 11, 6))
    take("return", report, officer, date(2023, 11, 6))
    MonthFactory._meta.model.objects.update(due_on=date(2023, 11, 10))
    take("submit", report, liaison, date(2023, 11, 7))
    report.refresh_from_db()
    assert (report.state, report.is_late, report.return_count) == ("submitted", True, 1)


def test_what_was_on_time_and_returned_stays_on_time(report, liaison, officer):
    take("submit", report, liaison, ON_TIME)
    take("return", report, officer, date(2023, 11, 6))
    take("submit", report, liaison, date(2023, 11, 7))
    report.refresh_from_db()
    assert report.is_late is False


def test_what_was_withdrawn_is_judged_by_its_new_submission(report, liaison):
    take("submit", report, liaison, ON_TIME)
    take("withdraw", report, liaison, ON_TIME)
    take("submit", report, liaison, date(2023, 11, 6))
    report.refresh_from_db()
    assert report.is_late is True


def test_a_locked_month_takes_nothing_until_the_unit_is_unlocked(month, report, liaison, officer, unit):
    after = date(2023, 11, 13)
    assert "封账" in take("submit", report, liaison, after)
    with pytest.raises(Refused, match="申请解锁"):
        services.save_draft(report, actor=liaison, version=1, fields={"done": "补充"}, today=after)
    unlock_month(month, unit, until=after, reason="更正口径", actor=officer, today=after)
    assert take("submit", report, liaison, after) == ""
    assert take("verify", report, officer, date(2023, 11, 20)) == ""
    report.refresh_from_db()
    assert report.is_late is True


@pytest.mark.parametrize("state", ["suspended", "cancelled"])
def test_a_stopped_item_takes_no_report(report, liaison, state):
    WorkItem.objects.update(state=state)
    assert "不用填报" in take("submit", report, liaison)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"done": " "}, ["done"]),
        ({"done": "字" * 300}, []),
        ({"done": "字" * 301}, ["done"]),
        ({"percent": None}, ["percent"]),
        ({"percent": Decimal("-0.1")}, ["percent", "problems"]),
        ({"percent": Decimal(100)}, []),
        ({"percent": Decimal("100.1")}, ["percent"]),
        ({"percent": Decimal(84)}, []),
        ({"percent": Decimal("83.9")}, ["problems"]),
        ({"percent": Decimal(80), "problems": "核减重复计算的 3 件"}, []),
        ({"quantity_done": Decimal(0)}, []),
        ({"quantity_done": Decimal(-1)}, ["quantity_done"]),
        ({"quantity_done": Decimal(10) ** 12}, ["quantity_done"]),
    ],
)
def test_what_a_report_must_say(changes, fields):
    values = {"done": "完成", "percent": Decimal(88), "quantity_done": None, "problems": ""} | changes
    found = problems_with(values, previous_percent=Decimal(84))
    assert [problem.field for problem in found] == fields


def test_of_many_reports_the_good_ones_go_in_and_the_others_are_named(month, unit, liaison):
    good = ReportFactory(item=WorkItemFactory(organisation=unit), state="draft", **WRITTEN)
    blank = ReportFactory(item=WorkItemFactory(organisation=unit))
    outcome = services.submit_reports([good, blank], actor=liaison, today=ON_TIME)
    assert [row.pk for row in outcome.done] == [good.pk]
    (refusal,) = outcome.refused
    assert refusal.report.pk == blank.pk
    assert refusal.sentence.startswith(f"{blank.item.short_number}：请写明本月做了什么")


def test_submitting_fifty_reports_costs_no_query_per_row(
    month, unit, lead_unit, liaison, officer, django_assert_max_num_queries
):
    rows = [
        ReportFactory(item=WorkItemFactory(organisation=unit), state="draft", **WRITTEN) for _ in range(50)
    ]
    with django_assert_max_num_queries(17):
        outcome = services.submit_reports(rows, actor=liaison, today=ON_TIME)
    assert len(outcome.done) == 50
    with django_assert_max_num_queries(25):
        assert len(services.verify_reports(rows, actor=officer, today=ON_TIME).done) == 50


def test_no_change_takes_one_sentence_and_keeps_last_months_figures(report, item, liaison):
    WorkItem.objects.update(quantity_done=Decimal(66))
    with pytest.raises(Refused, match="请写一句"):
        services.report_no_change([report], "  ", actor=liaison, today=ON_TIME)
    services.report_no_change([report], "相关文件正在会签", actor=liaison, today=ON_TIME)
    report.refresh_from_db()
    assert (report.state, report.no_change, report.percent, report.quantity_done, report.done) == (
        "submitted", True, 84, 66, "相关文件正在会签",
    )  # fmt: skip
    event = AuditEvent.objects.of(report).get()
    assert event.changes["done"] == ["完成并联审批 66 件", "相关文件正在会签"]


def test_a_draft_is_kept_as_typed_and_says_so(month, item, liaison):
    report = ReportFactory(item=item)
    saved = services.save_draft(
        report, actor=liaison, version=1, fields={"done": "已办 66 件"}, today=ON_TIME
    )
    assert (saved.state, saved.version, saved.saved_by) == ("draft", 2, liaison)
    again = services.save_draft(saved, actor=liaison, version=1, fields={"done": "已办 66 件"}, today=ON_TIME)
    assert again.version == 2
    emptied = services.save_draft(saved, actor=liaison, version=2, fields={"done": ""}, today=ON_TIME)
    assert emptied.state == "missing"


def test_autosaving_writes_history_once_per_person(report, liaison, unit_head):
    for text, version in (("一", 1), ("一二", 2), ("一二三", 3)):
        services.save_draft(report, actor=liaison, version=version, fields={"done": text}, today=ON_TIME)
    services.save_draft(report, actor=unit_head, version=4, fields={"done": "改"}, today=ON_TIME)
    events = AuditEvent.objects.of(report).order_by("pk")
    assert [event.changes["done"] for event in events] == [["完成并联审批 66 件", "一"], ["一二三", "改"]]


def test_the_second_editor_is_told_what_the_first_one_wrote(report, liaison, unit_head):
    services.save_draft(report, actor=liaison, version=1, fields={"done": "已办 70 件"}, today=ON_TIME)
    with pytest.raises(Conflict, match=r"林晓雯.*本月进展") as conflict:
        services.save_draft(report, actor=unit_head, version=1, fields={"done": "已办 68 件"}, today=ON_TIME)
    assert conflict.value.theirs == {"done": "已办 70 件"}
    report.refresh_from_db()
    assert report.done == "已办 70 件"


def test_a_draft_that_the_columns_cannot_hold_is_refused_in_words(report, liaison):
    fields = {"done": "字" * 320, "percent": Decimal(101)}
    with pytest.raises(Refused, match=r"现有 320 字.*0 到 100"):
        services.save_draft(report, actor=liaison, version=1, fields=fields, today=ON_TIME)


def test_verification_carries_the_figures_to_the_item_and_judges_its_lamp(month, item, officer):
    WorkItem.objects.update(state="planned", lamp="red")
    report = ReportFactory(
        item=item, state="submitted", quantity_done=Decimal(66), **(SUBMITTED | {"percent": 98})
    )
    take("verify", report, officer)
    item.refresh_from_db()
    assert (item.state, item.percent, item.quantity_done, item.verified_month, item.lamp) == (
        "in_progress", 98, 66, OCTOBER, "green",
    )  # fmt: skip
    assert AuditEvent.objects.of(item).get().action == "item.start"


def test_an_older_report_verified_later_does_not_set_the_item_back(month, item, officer):
    WorkItem.objects.update(verified_month=OCTOBER, percent=Decimal(88))
    MonthFactory(month=date(2023, 9, 1), due_on=date(2023, 10, 9), closes_on=date(2023, 10, 16))
    report = ReportFactory(
        item=item, month=date(2023, 9, 1), state="submitted", **(SUBMITTED | {"percent": 70})
    )
    take("verify", report, officer)
    item.refresh_from_db()
    assert (item.percent, item.verified_month) == (88, OCTOBER)


def test_the_next_month_starts_from_what_was_verified_meanwhile(month, item, officer):
    report = ReportFactory(item=item, state="submitted", **SUBMITTED)
    following = ReportFactory(item=item, month=date(2023, 11, 1), previous_percent=Decimal(84))
    take("verify", report, officer)
    following.refresh_from_db()
    assert following.previous_percent == 88


def test_reopening_falls_back_to_the_last_verified_report(month, item, officer):
    MonthFactory(month=date(2023, 9, 1), due_on=date(2023, 10, 9), closes_on=date(2023, 10, 16))
    ReportFactory(item=item, month=date(2023, 9, 1), state="verified", **(SUBMITTED | {"percent": 80}))
    report = ReportFactory(item=item, state="submitted", **SUBMITTED)
    take("verify", report, officer)
    take("reopen", report, officer)
    item.refresh_from_db()
    assert (item.percent, item.verified_month) == (80, date(2023, 9, 1))


def test_a_return_needs_a_reason_and_tells_the_unit(report, officer, liaison):
    put(report, "submitted")
    with pytest.raises(Refused, match="请写明退回的原因"):
        services.return_reports([report], " ", actor=officer, today=ON_TIME)
    services.return_reports([report], "请核对办件范围", actor=officer, today=ON_TIME)
    assert "请核对办件范围" in Notification.objects.get(recipient=liaison).text


def test_the_next_reviewer_is_told_once_a_day(report, liaison, lead_liaison, officer):
    take("submit", report, liaison)
    assert Notification.objects.filter(recipient=lead_liaison).count() == 1
    assert not Notification.objects.filter(recipient=officer).exists()
    take("withdraw", report, liaison)
    take("submit", report, liaison)
    assert Notification.objects.filter(recipient=lead_liaison).count() == 1
    take("lead_pass", report, lead_liaison)
    assert Notification.objects.filter(recipient=officer).count() == 1
