"""What the actions of the policy work are called in the history and the audit trail. Pure data."""

from policies.workflow import BATCH_STEPS, ITEM_STEPS, PROPOSAL_STEPS

_OTHERS = {
    "policy.create": "录入政策文件",
    "policy.update": "修改政策文件",
    "policy.repeal": "登记政策废止",
    "policy.export": "导出政策库",
    "policy.import": "导入政策库",
    "policy.group_create": "新增互斥组",
    "policy.group_update": "修改互斥组",
    "policy.item_create": "新增惠企事项",
    "policy.item_save": "保存事项草稿",
    "policy.item_topic": "修改事项领域",
    "policy.item_hand_over": "移交惠企事项",
    "policy.item_discard": "放弃事项草稿",
    "policy.item_renew": "发布事项新版本",
    "policy.match": "匹配市场主体",
    "policy.propose": "提出惠企推送",
    "proposal.contact": "查看申请人信息",
    "policy.apply_directly": "登记企业申请",
    "enterprise_code.open": "开通企业码",
    "enterprise_code.renew": "更换企业码",
    "enterprise_code.switch": "启用停用企业码",
    "enterprise_code.email": "登记企业码联系邮箱",
    "enterprise_code.hand_out": "发放一次性码",
    "enterprise_code.print": "打印企业码",
    "enterprise_code.send": "邮件发送一次性码",
    "enterprise_code.enter": "企业进入专页",
    "enterprise_code.refused": "一次性码不正确",
    "correction.ask": "企业申请更正信息",
    "correction.settle": "答复更正申请",
    "subscription.confirm": "确认政策订阅",
    "subscription.stop": "退订政策提醒",
    "payout.create": "编制兑现批次",
    "payout.add": "列入兑现",
    "payout.remove": "移出兑现",
    "payout.reverse": "冲销兑现",
    "payout.import": "导入兑现台账",
    "payout.export": "导出兑现台账",
    "payout.reconcile": "与财政对账",
    "policy.budget": "登记预算",
    "policy.bands": "设置审批档次",
    "policy.budget_warned": "预算预警",
    "policy.expiry_warned": "到期提醒",
}

# What a draft says stands in its version.
CHANGED_TABLES: dict[str, str] = {
    "policy.item_create": "policies.policyitemversion",
    "policy.item_save": "policies.policyitemversion",
}

ACTION_LABELS: dict[str, str] = {
    **{f"policy.item_{step.name}": f"事项{step.label}" for step in ITEM_STEPS.values()},
    **{f"proposal.{step.name}": f"推送{step.label}" for step in PROPOSAL_STEPS.values()},
    **{f"batch.{step.name}": f"兑现批次{step.label}" for step in BATCH_STEPS.values()},
    **_OTHERS,
}
