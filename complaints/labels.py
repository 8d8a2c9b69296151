"""What an action in a case's history is called on a page, and how much it weighs there. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.workflow import CASE_STEPS


@dataclass(frozen=True)
class ActionLabel:
    """`tone`: "key" for the steps that decide, "bad" for setbacks, "" for the rest."""

    text: str
    tone: str = ""


_TONES = {
    "accept": "key",
    "assign": "key",
    "designate": "key",
    "sign": "key",
    "confirm": "key",
    "pass": "key",
    "close": "key",
    "decline": "bad",
    "return": "bad",
    "recall": "bad",
    "send_back": "bad",
    "send_again": "bad",
    "again": "bad",
    "reopen": "bad",
    "suspend": "bad",
    "terminate": "bad",
}

EVENT_LABELS: dict[str, ActionLabel] = {
    **{step.name: ActionLabel(step.label, _TONES.get(step.name, "")) for step in CASE_STEPS.values()},
    "register": ActionLabel("登记", "key"),
    "deem": ActionLabel("逾期视为受理", "bad"),
    "update": ActionLabel("修改登记信息"),
    "check_shared": ActionLabel("核对隐去身份的内容"),
    "release": ActionLabel("材料可供承办单位查看"),
    "absorb": ActionLabel("并入重复诉求"),
    "assist_signed": ActionLabel("协办单位签收"),
    "assist_returned": ActionLabel("协办单位退回", "bad"),
    "chase": ActionLabel("催办", "bad"),
    "whistle": ActionLabel("吹哨", "key"),
    "whistle_closed": ActionLabel("吹哨办结", "key"),
    "escalate": ActionLabel("提出督办", "bad"),
    "escalation_issued": ActionLabel("签发督办", "bad"),
    "escalation_dismissed": ActionLabel("不予督办"),
    "recuse": ActionLabel("回避"),
    "recusal_lifted": ActionLabel("解除回避"),
    "identity_ask": ActionLabel("申请查看身份"),
    "identity_decide": ActionLabel("审批身份查看"),
    "identity_look": ActionLabel("查看身份"),
    "rate": ActionLabel("来件人评价"),
    "recompute": ActionLabel("重新计算时限"),
    "work_item": ActionLabel("转为台账事项", "key"),
    "erase": ActionLabel("删除来件人信息"),
    "paper": ActionLabel("出具文书", "key"),
    "query": ActionLabel("来件人查询"),
    "export": ActionLabel("导出"),
}

ACTION_LABELS: dict[str, ActionLabel] = {
    **{f"complaint.{name}": label for name, label in EVENT_LABELS.items()},
    "point.create": ActionLabel("建立扫码点位", "key"),
    "point.update": ActionLabel("修改扫码点位"),
    "point.switch": ActionLabel("启用停用点位"),
    "standard_reply.save": ActionLabel("修改常用答复"),
    "time_limit.set": ActionLabel("调整办理时限", "key"),
    "pairing.start": ActionLabel("安排包联", "key"),
    "pairing.end": ActionLabel("结束包联"),
    "visit.record": ActionLabel("登记走访", "key"),
    "visit.export": ActionLabel("导出走访记录"),
    "visit.update": ActionLabel("修改走访"),
    "gathering.record": ActionLabel("登记政企活动", "key"),
    "gathering.update": ActionLabel("修改政企活动"),
    "survey.record": ActionLabel("登记满意度调查", "key"),
    "red_black.propose": ActionLabel("提出列入红黑榜", "key"),
    "red_black.publish": ActionLabel("公布红黑榜", "key"),
    "red_black.refuse": ActionLabel("不予列入红黑榜"),
    "red_black.withdraw": ActionLabel("撤下红黑榜", "bad"),
    "red_black.export": ActionLabel("导出红黑榜"),
}


def event_label(action: str) -> ActionLabel:
    """Return the label of an event of a case; one nobody named is shown as an update."""
    return EVENT_LABELS.get(action, ActionLabel("更新"))
