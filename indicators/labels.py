"""What an action in the history is called on a page, and how much it weighs there. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.inspection_workflow import FINDING_STEPS, INSPECTION_STEPS
from indicators.workflow import ITEM_STEPS, MEASUREMENT_STEPS


@dataclass(frozen=True)
class ActionLabel:
    """`tone`: "key" for the steps that decide, "bad" for setbacks, "" for the rest."""

    text: str
    tone: str = ""


_TONES = {
    "apply": "key",
    "confirm": "key",
    "lead_pass": "key",
    "approve": "key",
    "decline": "bad",
    "lead_return": "bad",
    "office_return": "bad",
    "recheck_failed": "bad",
    "suspend": "bad",
    "cancel": "bad",
}

_INSPECTION_TONES = {
    "issue": "key",
    "conclude": "key",
    "close": "key",
    "cancel": "bad",
    "feed_back": "key",
    "object": "bad",
    "revoke": "key",
    "rectify": "key",
    "recheck_pass": "key",
    "recheck_fail": "bad",
}

_INSPECTIONS = {
    "inspection.open": ActionLabel("督查立项", "key"),
    "inspection.people": ActionLabel("调整单位和人员"),
    "inspection.paper": ActionLabel("印发文书", "key"),
    "inspection.reopen": ActionLabel("复查不合格，继续办理", "bad"),
    "inspection.export": ActionLabel("导出督查"),
    "paper.export": ActionLabel("下载督查文书"),
    "finding.record": ActionLabel("登记问题", "key"),
    # What these are about is told to nobody who has no need to know.
    "referral.make": ActionLabel("建立限制知悉记录"),
    "referral.share": ActionLabel("增加知悉人员"),
    "referral.view": ActionLabel("查阅限制知悉记录"),
    "referral.answer": ActionLabel("更新限制知悉记录"),
    **{
        f"{noun}.{step.name}": ActionLabel(step.label, _INSPECTION_TONES.get(step.name, ""))
        for noun, table in (("inspection", INSPECTION_STEPS), ("finding", FINDING_STEPS))
        for step in table.values()
    },
}

_OTHERS = {
    "item.create": ActionLabel("立项", "key"),
    "item.update": ActionLabel("修改"),
    "item.import": ActionLabel("台账导入"),
    "item.export": ActionLabel("导出台账"),
    "item.chase": ActionLabel("催办", "bad"),
    "item.pick": ActionLabel("转入调度", "key"),
    "item.unpick": ActionLabel("移出调度"),
    "item.assign": ActionLabel("调整责任单位", "key"),
    "item.request_extension": ActionLabel("申请延期"),
    "item.extension_approved": ActionLabel("批准延期", "key"),
    "item.extension_refused": ActionLabel("不同意延期", "bad"),
    "report.submit": ActionLabel("提交月报"),
    "report.withdraw": ActionLabel("撤回月报"),
    "report.lead_pass": ActionLabel("牵头单位审核月报通过"),
    "report.return": ActionLabel("退回月报", "bad"),
    "report.verify": ActionLabel("月报审核通过"),
    "report.reopen": ActionLabel("取消月报审核", "bad"),
    "item.letter": ActionLabel("发出督办文书", "bad"),
    "round.open": ActionLabel("发起调度", "key"),
    "round.plan": ActionLabel("调整安排"),
    "round.hold": ActionLabel("登记会议", "key"),
    "round.cancel": ActionLabel("取消调度", "bad"),
    "round.export": ActionLabel("导出调度表"),
    "instruction.give": ActionLabel("交办", "key"),
    "letter.propose": ActionLabel("提出"),
    "letter.edit": ActionLabel("修改"),
    "letter.issue": ActionLabel("签发", "key"),
    "letter.dismiss": ActionLabel("不予发出", "bad"),
    "letter.answer": ActionLabel("单位反馈", "key"),
    "letter.export": ActionLabel("下载文书"),
    "report.save": ActionLabel("保存月报"),
    "report.export": ActionLabel("下载填报表"),
    "month.open": ActionLabel("开放月报", "key"),
    "month.refresh": ActionLabel("更新应报事项"),
    "month.recompute": ActionLabel("重新计算月报日期"),
    "month.chase": ActionLabel("催报", "bad"),
    "month.close": ActionLabel("月报封账", "key"),
    "month.unlock": ActionLabel("解锁月报", "bad"),
    "month.request_unlock": ActionLabel("申请解锁月报"),
    "month.refuse_unlock": ActionLabel("不同意解锁月报", "bad"),
    "month.export": ActionLabel("导出月报"),
    "measurement.save": ActionLabel("保存监测值"),
    "indicator.create": ActionLabel("新增指标", "key"),
    "indicator.update": ActionLabel("修改指标"),
    "indicator.supersede": ActionLabel("指标换用新定义", "key"),
    "system.create": ActionLabel("建立指标体系", "key"),
    "system.import": ActionLabel("导入指标体系"),
    "system.export": ActionLabel("导出指标体系"),
    "lamps.adopt": ActionLabel("启用亮灯规则", "key"),
    "taskforce.create": ActionLabel("组建专班", "key"),
    "taskforce.update": ActionLabel("调整专班"),
}

ACTION_LABELS: dict[str, ActionLabel] = {
    **{
        f"item.{step.name}": ActionLabel(step.label, _TONES.get(step.name, ""))
        for step in ITEM_STEPS.values()
    },
    **{f"measurement.{step.name}": ActionLabel(f"监测值{step.label}") for step in MEASUREMENT_STEPS.values()},
    **_OTHERS,
    **_INSPECTIONS,
}


def action_label(action: str) -> ActionLabel:
    """Return the label of an action; one nobody named is shown as an update."""
    return ACTION_LABELS.get(action, ActionLabel("更新"))
