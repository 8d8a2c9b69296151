"""Bring an item to each state of the closing workflow, for tests."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.services import adjustments, closing
from indicators.services.items import take_step

TODAY = date(2023, 11, 8)


def evidence(name="说明.txt"):
    return SimpleUploadedFile(name, "抽查120件，平均用时0.5个工作日。".encode())


def apply(item, actor, **changes):
    values = {"completed_on": date(2023, 11, 6), "result": "已全面实行，抽查合格。", "uploads": [evidence()]}
    return closing.apply_to_close(item, actor=actor, today=TODAY, **(values | changes))


def bring_to(state, item, people):
    """Take `item` from 推进中 to `state` by the people whose steps they are."""
    at = {"today": TODAY}
    if state in {"awaiting_unit", "awaiting_lead", "awaiting_office", "closed"}:
        apply(item, people["liaison"])
    if state in {"awaiting_lead", "awaiting_office", "closed"}:
        closing.confirm_application(item, actor=people["unit_head"], **at)
    if state in {"awaiting_office", "closed"}:
        closing.lead_pass(item, actor=people["lead_liaison"], **at)
    if state == "closed":
        closing.approve_closing(item, actor=people["director"], **at)
    if state == "suspended":
        adjustments.suspend_item(item, actor=people["director"], reason="等待上位政策", **at)
    if state == "cancelled":
        adjustments.cancel_item(item, actor=people["director"], reason="与另一事项合并", **at)
    if state == "planned":
        type(item).objects.filter(pk=item.pk).update(state="planned")
        item.refresh_from_db()
    return item


def take(name, item, actor):
    """Take the step `name` with everything it asks for."""
    at = {"actor": actor, "today": TODAY}
    reason = {"reason": "县政府常务会议研究决定", **at}
    note = {"note": "数据与系统不一致，请核实后补充。", **at}
    due = {"due_on": date(2023, 12, 28)}
    steps = {
        "start": lambda: take_step(item, "start", **at),
        "apply": lambda: apply(item, actor),
        "confirm": lambda: closing.confirm_application(item, **at),
        "decline": lambda: closing.decline_application(item, **note),
        "withdraw": lambda: closing.withdraw_application(item, **at),
        "lead_pass": lambda: closing.lead_pass(item, **at),
        "lead_return": lambda: closing.lead_return(item, **note),
        "approve": lambda: closing.approve_closing(item, **at),
        "office_return": lambda: closing.office_return(item, **note, **due),
        "recheck_failed": lambda: closing.fail_recheck(item, **note, **due),
        "adjust": lambda: adjustments.adjust_item(item, **reason, **due),
        "suspend": lambda: adjustments.suspend_item(item, **reason),
        "resume": lambda: adjustments.resume_item(item, **at),
        "cancel": lambda: adjustments.cancel_item(item, **reason),
    }
    return steps[name]()
