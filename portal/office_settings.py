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
        "imports.background_rows",
        "台账",
        "后台导入",
        2000,
        "一次导入写入的行数超过多少时转到后台执行，不用在页面上等待",
        1,
        100_000,
        "行",
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
    Definition(
        "inspections.objection_days",
        "督查",
        "异议期",
        30,
        "督查意见反馈后多少日内可提出异议（《政府督查工作条例》第十七条为三十日，不得缩短）",
        30,
        90,
        "日",
    ),
    Definition(
        "inspections.review_days",
        "督查",
        "复核期限",
        30,
        "收到异议后多少日内作出复核决定（《政府督查工作条例》第十七条为三十日，不得延长）",
        1,
        30,
        "日",
    ),
    Definition("inspections.prefix", "督查", "督查文号代字", "县政督", "以县政府名义督查的文书的发文代字"),
    Definition("inspections.refer_to", "督查", "线索移交对象", "县纪委监委", "督查中发现的问题线索移交给谁"),
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
    Definition(
        "complaints.extensions",
        "诉求",
        "延期次数",
        1,
        "同一轮办理最多可延期几次",
        0,
        9,
        "次",
    ),
    Definition(
        "complaints.call_attempts",
        "诉求",
        "回访次数",
        3,
        "联系不上来件人的，回访几次后可以办结",
        1,
        9,
        "次",
    ),
    Definition(
        "complaints.remind_workdays",
        "诉求",
        "到期提醒",
        1,
        "到期前几个工作日开始每天提醒",
        1,
        10,
        "个工作日",
    ),
    Definition(
        "complaints.supervise_workdays",
        "诉求",
        "督办建议",
        3,
        "逾期几个工作日后建议督办",
        1,
        60,
        "个工作日",
    ),
    Definition(
        "complaints.talk_workdays",
        "诉求",
        "约谈建议",
        10,
        "逾期几个工作日后建议约谈",
        2,
        120,
        "个工作日",
    ),
    Definition(
        "complaints.recurrent_cases",
        "诉求",
        "普遍性问题",
        5,
        "九十天内同一领域、同一单位达到几件的列为普遍性问题",
        2,
        100,
        "件",
    ),
    Definition(
        "complaints.public_per_address",
        "诉求",
        "同一网络提交上限",
        10,
        "公众同一网络每小时最多提交几件，防止恶意刷屏",
        1,
        500,
        "件",
    ),
    Definition(
        "complaints.public_per_point",
        "诉求",
        "同一点位提交上限",
        40,
        "同一扫码点位每小时最多提交几件",
        1,
        1000,
        "件",
    ),
    Definition(
        "complaints.public_per_county",
        "诉求",
        "全县提交上限",
        400,
        "公众通过扫码和网页每小时最多提交几件",
        10,
        10000,
        "件",
    ),
    Definition(
        "complaints.retention_years",
        "诉求",
        "来件人信息保存期",
        3,
        "办结几年后删除来件人姓名、电话等信息，统计数据保留",
        1,
        30,
        "年",
    ),
    Definition(
        "complaints.red_on_time",
        "红黑榜",
        "红榜按时办结率",
        100,
        "按时办结率达到百分之几方可列入",
        1,
        100,
        "%",
    ),
    Definition(
        "complaints.red_satisfied", "红黑榜", "红榜满意率", 95, "满意率达到百分之几方可列入", 1, 100, "%"
    ),
    Definition(
        "complaints.red_called", "红黑榜", "红榜回访件次", 3, "有效回访至少几件次方可列入", 1, 1000, "件次"
    ),
    Definition(
        "complaints.black_on_time",
        "红黑榜",
        "黑榜按时办结率",
        80,
        "按时办结率低于百分之几的列为候选",
        1,
        100,
        "%",
    ),
    Definition(
        "complaints.black_satisfied", "红黑榜", "黑榜满意率", 60, "满意率低于百分之几的列为候选", 1, 100, "%"
    ),
    Definition(
        "complaints.black_called",
        "红黑榜",
        "黑榜回访件次",
        5,
        "有效回访至少几件次才按满意率列为候选，单个诉求不使单位上榜",
        2,
        1000,
        "件次",
    ),
    Definition(
        "complaints.black_again", "红黑榜", "黑榜重办", 3, "重办达到几件次的列为候选", 2, 1000, "件次"
    ),
    Definition(
        "complaints.black_overdue",
        "红黑榜",
        "黑榜逾期未答复",
        3,
        "期末逾期未答复达到几件次的列为候选",
        2,
        1000,
        "件次",
    ),
    Definition(
        "complaints.listed_due",
        "红黑榜",
        "应办结件次",
        5,
        "应办结至少几件次才按按时办结率列为红榜、黑榜候选",
        2,
        1000,
        "件次",
    ),
    Definition(
        "policies.link_days", "政策", "告知链接有效期", 15, "发给企业的一次性链接几天内有效", 1, 90, "天"
    ),
    Definition(
        "policies.paper_code_days",
        "政策",
        "纸质一次性码有效期",
        7,
        "当面发给企业的一次性码几天内有效，用一次即作废",
        1,
        30,
        "天",
    ),
    Definition(
        "policies.expiry_first_days", "政策", "到期提醒", 180, "事项到期前几天提醒牵头单位", 30, 365, "天"
    ),
    Definition("policies.expiry_last_days", "政策", "到期再提醒", 30, "事项到期前几天再次提醒", 1, 90, "天"),
    Definition(
        "policies.budget_yellow", "政策", "预算黄色预警", 70, "预算使用达到百分之几时预警", 1, 100, "%"
    ),
    Definition(
        "policies.budget_red", "政策", "预算红色预警", 90, "预算使用达到百分之几时再次预警", 1, 100, "%"
    ),
    Definition("security.idle_minutes", "安全", "闲置退出", 30, "多少分钟没有操作自动退出", 5, 480, "分钟"),
    Definition("security.password_days", "安全", "密码有效期", 90, "密码用满多少天须更换", 30, 365, "天"),
    Definition(
        "security.second_factor",
        "安全",
        "强制动态口令",
        False,
        "必须启用动态口令：等保二级为营商办主任和三类管理员，三级为营商办全体和三类管理员",
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
