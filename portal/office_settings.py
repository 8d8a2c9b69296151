"""The settings that the office may change: key, kind, default, limits and what each means. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

SettingValue = int | bool | str


@dataclass(frozen=True)
class Definition:
    """One setting. `kind` int (whole number within limits), bool, or text."""

    key: str
    group: str
    label: str
    default: int | bool | str
    help: str
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""


_ALL = (
    Definition(
        "months.due_workday",
        "月报",
        "按时截止",
        3,
        "次月第几个工作日（含当日）前提交为按时",
        1,
        20,
        "个工作日",
    ),
    Definition(
        "months.closing_workdays",
        "月报",
        "封账",
        5,
        "按时截止后再过几个工作日封账，封账后须申请解锁",
        0,
        20,
        "个工作日",
    ),
    Definition(
        "months.remind_workdays",
        "月报",
        "提前提醒",
        3,
        "按时截止前几个工作日开始提醒未报单位",
        1,
        10,
        "个工作日",
    ),
    Definition(
        "items.extensions",
        "台账",
        "延期次数",
        1,
        "同一事项最多可申请延期几次，超过的由营商办主任调整时限",
        0,
        9,
        "次",
    ),
    Definition(
        "letters.weekly_limit",
        "督办",
        "每周自动催办上限",
        2,
        "同一单位一周内自动发出的提醒和催办不超过",
        1,
        10,
        "份",
    ),
    Definition("letters.supervise_days", "督办", "督办建议", 10, "事项逾期几天后建议发督办函", 1, 180, "天"),
    Definition("letters.talk_days", "督办", "约谈建议", 30, "事项逾期几天后建议约谈", 1, 365, "天"),
    Definition(
        "letters.circulate_days",
        "督办",
        "通报建议",
        60,
        "事项逾期几天、约谈后仍未完成的建议通报",
        1,
        365,
        "天",
    ),
    Definition(
        "letters.transfer_days",
        "督办",
        "移交建议",
        90,
        "事项逾期几天、通报后仍未完成的建议移交",
        1,
        730,
        "天",
    ),
    Definition("letters.transfer_to", "督办", "移交对象", "县纪委监委", "移交函的主送机关"),
    Definition(
        "letters.reply_workdays", "督办", "反馈时限", 5, "督办文书要求几个工作日内反馈", 1, 30, "个工作日"
    ),
    Definition("tiers.front_percent", "监测", "靠前", 33, "位次在前百分之几为靠前", 1, 99, "%"),
    Definition(
        "tiers.middle_percent",
        "监测",
        "中游",
        67,
        "位次在前百分之几（靠前以外）为中游，其余落后",
        1,
        100,
        "%",
    ),
    Definition("security.idle_minutes", "安全", "闲置退出", 30, "多少分钟没有操作自动退出", 5, 480, "分钟"),
    Definition("security.password_days", "安全", "密码有效期", 90, "密码用满多少天须更换", 30, 365, "天"),
    Definition(
        "security.second_factor", "安全", "强制动态口令", False, "营商办主任和三类管理员必须启用动态口令"
    ),
    Definition(
        "security.unused_days", "安全", "停用闲置账号", 90, "多少天未登录的账号自动停用", 30, 365, "天"
    ),
)

DEFINITIONS = {definition.key: definition for definition in _ALL}


def problem_with(definition: Definition, value: object) -> str:
    """Return why `value` is not acceptable for the setting, or an empty string."""
    if isinstance(definition.default, bool):
        return "" if isinstance(value, bool) else f"「{definition.label}」只能选是或否"
    if isinstance(definition.default, int):
        if not isinstance(value, int) or isinstance(value, bool):
            return f"「{definition.label}」请填整数"
        low, high = definition.minimum, definition.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            return f"「{definition.label}」应在 {low} 到 {high} {definition.unit}之间"
        return ""
    return "" if isinstance(value, str) and value.strip() else f"请填写「{definition.label}」"
