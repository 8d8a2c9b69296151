"""The steps of the portal as presses of a button: who takes each, and the address and data that are sent.

Each step prepares the row it is taken on (within the caller's transaction) and
answers with what the browser would send; `rows` says on how many it is taken.
"""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.models import Adjustment, Measurement, ProgressReport, ReportingMonth, WorkItem
from indicators.services.report_workbook import check_reports, report_sheet
from indicators.services.report_workbook.sheet import report_rows
from indicators.services.taskforces import fingerprint
from indicators.services.unlock_requests import request_unlock
from portal.workbooks import write_workbook
from tests.ceilings.county import MANY, evidence
from tests.ceilings.domains import domains_at_work
from tests.ceilings.papers import PAPER_STEPS
from tests.factories_policies import ItemFactory
from tests.indicators.closing_steps import bring_to

NOTE = "数据与系统不一致，请核实后补充。"
DUE = {"due_on": "2023-12-28"}
REVIEW, ENTRY = "/months/2023-10/review/", "/months/2023-10/entry/"
WRITTEN = {"done": "已全面推行", "percent": 60}
MOST_ORDERS = 20


def item_step(state, step, **data):
    """A step of one item that stands in `state`."""

    def prepare(county, _rows=1):
        row = WorkItem.objects.get(pk=county.items[2].pk)
        WorkItem.objects.filter(pk=row.pk).update(state="in_progress", percent=50)
        Adjustment.objects.filter(item=row, state="requested").delete()
        row.refresh_from_db()
        bring_to(state, row, county.people)
        row.refresh_from_db()
        return f"{row.get_absolute_url()}{step}/", {"version": row.version, "note": "", **data}

    return prepare


def apply(county, _rows=1):
    address, data = item_step("in_progress", "apply")(county)
    uploads = [evidence(f"{n}.txt") for n in range(5)]
    return address, {**data, "completed_on": "2023-11-06", "result": "已全面实行", "uploads": uploads}


def _reports(county, state, rows):
    chosen = county.reports[:rows]
    ProgressReport.objects.filter(pk__in=[row.pk for row in chosen]).update(
        state=state,
        submitted_by=county.people["unit_head"],
        submitted_at="2023-11-02T08:00Z",
        saved_by=county.people["liaison"],
        **WRITTEN,
    )
    return [row.item.number for row in chosen]


def review_one(step):
    def prepare(county, _rows=1):
        (number,) = _reports(county, "submitted", 1)
        return REVIEW, {"step": f"{step}:{number}", f"reason-{number}": NOTE}

    return prepare


def review_many(step):
    def prepare(county, rows=MANY):
        return REVIEW, {"step": step, "selected": _reports(county, "submitted", rows), "reason": NOTE}

    return prepare


def entry(action):
    """The form of all items, with one changed."""

    def prepare(county, _rows=1):
        number, *_ = _reports(county, "draft", MANY)
        version = ProgressReport.objects.get(pk=county.reports[0].pk).version
        typed = {"version": version, "percent": "70", "done": "新进展"}
        return ENTRY, {"action": action, **{f"{number}-{name}": value for name, value in typed.items()}}

    return prepare


def entry_of_many(action):
    """The form of all items, with `rows` of them changed, each in its own words."""

    def prepare(county, rows=MANY):
        reports = _writable(county, rows)
        data = {
            f"{row.item.number}-{name}": value
            for n, row in enumerate(reports)
            for name, value in {"version": row.version, "percent": 70 + n % 9, "done": f"第{n}次"}.items()
        }
        return ENTRY, {"action": action, **data}

    return prepare


def _writable(county, rows):
    """The first reports of the unit, blank, and all others out of the way."""
    _reports(county, "submitted", len(county.reports))
    keys = [row.pk for row in county.reports[:rows]]
    blank = {"state": "missing", "saved_by": None, "submitted_at": None, "submitted_by": None, "done": ""}
    ProgressReport.objects.filter(pk__in=keys).update(**blank)
    return ProgressReport.objects.filter(pk__in=keys).select_related("item").order_by("pk")


def import_reports(county, rows=MANY):
    """A workbook of the unit's month, every second row marked as unchanged in words of its own."""
    keys = [row.pk for row in _writable(county, rows)]
    table = list(report_rows(ProgressReport.objects.filter(pk__in=keys)))
    marks = [{"no_change": "是", "percent": None}, {"no_change": None, "percent": Decimal(70)}]
    filled = [row | marks[n % 2] | {"done": f"第{n}次"} for n, row in enumerate(table)]
    target = BytesIO()
    write_workbook(target, report_sheet(), filled, heading="填报表", subtitle="")
    upload = SimpleUploadedFile("填报表.xlsx", target.getvalue())
    person = county.people["liaison"]
    month = ReportingMonth.objects.get(month="2023-10-01")
    batch = check_reports(month, person.organisation, upload, actor=person, today=date(2023, 11, 8))
    assert batch.preview["acceptable"], batch.preview["errors"]
    return f"/months/2023-10/import/{batch.token}/", {"action": "submit"}


def withdraw_report(county, _rows=1):
    number, *_ = _reports(county, "submitted", MANY)
    return ENTRY, {"action": f"withdraw:{number}"}


def draft(county, _rows=1):
    address, data = entry("save")(county)
    number = county.reports[0].item.number
    return f"{address}{number}/draft/", data


def add_evidence(county, _rows=1):
    number, *_ = _reports(county, "draft", 1)
    return f"{ENTRY}{number}/evidence/", {"files": [evidence(f"{n}.txt") for n in range(5)]}


def no_change(county, _rows=1):
    _reports(county, "missing", MANY)
    return f"{ENTRY}no-change/", {"target": "rest", "sentence": "按计划推进，本月无新增进展。"}


def bulk(action):
    def prepare(county, rows=MANY):
        return "/items/bulk/", {"action": action, "selected": [row.number for row in county.items[:rows]]}

    return prepare


def assign(county, rows=MANY):
    numbers = [row.number for row in county.items[:rows]]
    return "/items/assign/", {"selected": numbers, "organisation": county.units[3].pk, "reason": NOTE}


def sent(address, **data):
    """A form that needs nothing of the county."""
    return lambda _county, _rows=1: (address, data)


def unlock_decision(**data):
    def prepare(county, _rows=1):
        month = ReportingMonth.objects.get(month="2023-09-01")
        row = request_unlock(month, reason=NOTE, actor=county.people["liaison"], today=date(2023, 11, 8))
        return row.get_absolute_url(), data

    return prepare


def measurement(step, **data):
    return lambda county, _rows=1: (f"/measurements/{county.leaves[0].code}/2023-10/{step}/", data)


def submit_measurement(county, _rows=1):
    typed = {"value": "61", "note": "", "version": "1", "submit": "1", "evidence": [evidence()]}
    return f"/measurements/{county.leaves[2].code}/2023-10/", typed


def verify_measurements(_county, _rows=1):
    keys = list(Measurement.objects.filter(state="submitted").values_list("pk", flat=True))
    return "/measurements/verify/", {"selected": keys, "period": "2023-10"}


def letter(place, step="", **data):
    def prepare(county, _rows=1):
        row = county.letters[place]
        return f"{row.get_absolute_url()}{f'{step}/' if step else ''}", {"version": row.version, **data}

    return prepare


def new_letter(county, _rows=1):
    named = "、".join(row.short_number for row in county.items[4:9:2])
    typed = {"rung": "supervise", "organisation": county.unit.pk, "numbers": named, "reason": NOTE}
    return "/letters/new/", {**typed, "body": "请办", "reply_by": "2023-11-20", "occasion": "xyz"}


def round_step(step, **data):
    def prepare(county, _rows=1):
        row = county.rounds[0]
        return f"{row.get_absolute_url()}{step}/", {"version": row.version, **data}

    return prepare


def new_round(county, _rows=1):
    typed = {"form": "office", "cutoff_on": "2023-11-08", "occasion": "abc", "planned_at": "2023-11-09T09:00"}
    return "/dispatch/new/", {**typed, "task_forces": [row.pk for row in county.forces], "place": "一楼"}


def _order(county, title):
    typed = {"task_force": county.task_force.pk, "title": title, "organisation": county.unit.pk}
    return {**typed, "due_on": "2023-12-01", "requirement": "", "about": "DB-001"}


def meeting(county, rows=MOST_ORDERS):
    count = min(rows, MOST_ORDERS)
    domains_at_work(county, rows)
    county.task_force.responsible.add(*county.units)
    about = county.item.short_number
    orders = {
        f"order-{n}-{name}": value
        for n in range(count)
        for name, value in (_order(county, f"第{n}项交办") | {"about": about}).items()
    }
    record = {"held_on": "2023-11-08", "chair": "周启明", "present": "各专班", "minutes": "议定事项"}
    counts = {"order-TOTAL_FORMS": count, "order-INITIAL_FORMS": 0}
    return round_step("meeting", **record, **counts, **orders)(county)


def new_instruction(county, _rows=1):
    told = _order(county, "新交办") | {"about": "", "given_by": county.people["chief"].pk}
    return "/instructions/new/", told


def _entry_of(county, **changes):
    typed = {"task_force": county.task_force.pk, "lead": county.lead_unit.pk, "organisation": county.unit.pk}
    helpers = [unit.pk for unit in county.units[:9]]
    dates = {"start_on": "2023-01-10", "due_on": "2023-12-20"}
    return {**typed, **dates, "supporting": helpers, "weight": 1, **changes}


def edit_item(county, _rows=1):
    row = county.items[2]
    return f"{row.get_absolute_url()}edit/", _entry_of(county, title="改名", version=row.version)


def new_item(county, _rows=1):
    return "/items/new/?work_list=2023-DB", _entry_of(county, title="新事项")


def extension(county, _rows=1):
    address, data = item_step("in_progress", "request_extension", note=NOTE, new_due_on="2023-12-28")(county)
    WorkItem.objects.filter(pk=county.items[2].pk).update(due_on="2023-12-10")
    return address, data


def both_adjustments(county, _rows=1):
    return item_step("in_progress", "adjust", **DUE | {"note": NOTE, "organisation": county.units[3].pk})(
        county
    )


def fingerprinted(county, _rows=1):
    force = county.task_force
    people = {"chief": county.people["chief"].pk, "deputies": [], "liaisons": [county.people["liaison"].pk]}
    typed = {"seen": fingerprint(force), "name": "办理建筑许可二", "lead": county.lead_unit.pk, **people}
    return f"{force.get_absolute_url()}edit/", {**typed, "responsible": [u.pk for u in county.units[:9]]}


def hand_over_policy(county, _rows=1):
    item = ItemFactory(organisation=county.units[0])
    typed = {"version": item.version, "organisation": county.units[1].code, "reason": NOTE}
    return f"{item.get_absolute_url()}hand-over/", typed


STEPS = {
    "hand over policy": ("officer", hand_over_policy),
    "start": ("officer", item_step("planned", "start")),
    "apply with five files": ("liaison", apply),
    "confirm": ("unit_head", item_step("awaiting_unit", "confirm")),
    "decline": ("unit_head", item_step("awaiting_unit", "decline", note=NOTE)),
    "withdraw": ("liaison", item_step("awaiting_unit", "withdraw")),
    "lead_pass": ("lead_head", item_step("awaiting_lead", "lead_pass")),
    "lead_return": ("lead_head", item_step("awaiting_lead", "lead_return", note=NOTE)),
    "approve": ("director", item_step("awaiting_office", "approve")),
    "office_return": ("director", item_step("awaiting_office", "office_return", note=NOTE, **DUE)),
    "recheck_failed": ("director", item_step("closed", "recheck_failed", note=NOTE, **DUE)),
    "adjust": ("director", item_step("in_progress", "adjust", note=NOTE, **DUE)),
    "adjust date and duty": ("director", both_adjustments),
    "suspend": ("director", item_step("in_progress", "suspend", note=NOTE)),
    "suspend under review": ("director", item_step("awaiting_unit", "suspend", note=NOTE)),
    "resume": ("director", item_step("suspended", "resume", note=NOTE, **DUE)),
    "cancel": ("director", item_step("in_progress", "cancel", note=NOTE)),
    "request_extension": ("liaison", extension),
    "chase": ("officer", item_step("in_progress", "chase")),
    "chase many": ("officer", bulk("chase")),
    "choose unit for many": ("director", bulk("assign")),
    "assign many": ("director", assign),
    "create item": ("officer", new_item),
    "edit item": ("officer", edit_item),
    "verify": ("officer", review_one("verify")),
    "verify many": ("officer", review_many("verify")),
    "return": ("officer", review_one("return")),
    "return many": ("officer", review_many("return")),
    "pass as lead": ("lead_head", review_one("lead_pass")),
    "pass many as lead": ("lead_head", review_many("lead_pass")),
    "save reports": ("liaison", entry("save")),
    "save and submit reports": ("liaison", entry("submit")),
    "save many reports": ("liaison", entry_of_many("save")),
    "submit many reports": ("liaison", entry_of_many("submit")),
    "import reports": ("liaison", import_reports),
    "withdraw report": ("liaison", withdraw_report),
    "keep draft": ("liaison", draft),
    "add five files": ("liaison", add_evidence),
    "no change": ("liaison", no_change),
    "open month": ("officer", sent("/months/open/", month="2023-10")),
    "chase month": ("officer", sent("/months/2023-10/chase/")),
    "request unlock": ("liaison", sent("/months/2023-09/unlock-request/", reason=NOTE)),
    "grant unlock": ("officer", unlock_decision(decision="grant", until="2023-11-15")),
    "refuse unlock": ("officer", unlock_decision(decision="refuse", note=NOTE)),
    "verify measurement": ("officer", measurement("verify")),
    "return measurement": ("officer", measurement("return", note=NOTE)),
    "verify many measurements": ("officer", verify_measurements),
    "save, prove and submit measurement": ("liaison", submit_measurement),
    "edit letter": ("officer", letter(0, reason="逾期", body="请办", reply_by="2023-11-20")),
    "issue letter": ("director", letter(0, "issue")),
    "dismiss letter": ("director", letter(0, "dismiss", note=NOTE)),
    "answer letter": ("liaison", letter(1, "answer", note=NOTE)),
    "draft letter": ("officer", new_letter),
    "open round": ("officer", new_round),
    "plan round": (
        "officer",
        round_step("plan", planned_at="2023-11-09T09:00", place="一楼", cutoff_on="2023-11-08"),
    ),
    "cancel round": ("officer", round_step("cancel", note=NOTE)),
    "record meeting": ("officer", meeting),
    "give instruction": ("officer", new_instruction),
    "edit task force": ("officer", fingerprinted),
    "read all notices": ("liaison", sent("/inbox/read/")),
    "run job": ("sysadmin", sent("/system/jobs/light_lamps/run/")),
    **PAPER_STEPS,
}
