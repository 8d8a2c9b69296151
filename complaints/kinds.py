"""The vocabulary of cases: types, channels, problem kinds, secrecy, urgency. Pure data."""

from __future__ import annotations

from django.db.models import TextChoices


class CaseType(TextChoices):
    """What the person wants 诉求类型, as 12345 hotlines sort it."""

    INQUIRY = "inquiry", "咨询"
    HELP = "help", "求助"
    SUGGESTION = "suggestion", "建议"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"


class Channel(TextChoices):
    """By which way a case came in 来源渠道."""

    QR = "qr", "扫码反映"
    WEB = "web", "网页"
    HOTLINE = "hotline", "12345热线"
    PHONE = "phone", "电话"
    LETTER = "letter", "来信"
    EMAIL = "email", "电子邮件"
    WECHAT = "wechat", "微信"
    COUNTER = "counter", "办不成事窗口"
    VISIT = "visit", "走访"
    ROUNDTABLE = "roundtable", "政企圆桌会"
    OBSERVER = "observer", "社会监督员"
    SUPERIOR = "superior", "上级转办"


# What the public hands in by itself, without a clerk.
PUBLIC_CHANNELS = frozenset({Channel.QR, Channel.WEB})


class ProblemKind(TextChoices):
    """The eleven situations of 《优化营商环境条例》 (State Council order 722), article 69, in its order."""

    INTERFERENCE = "interference", "违法干预市场主体自主决策"
    INEQUALITY = "inequality", "不平等对待市场主体"
    SEIZURE = "seizure", "违法查封、扣押、冻结财产"
    LEVY = "levy", "法外要求提供人财物"
    FORCED_RATING = "forced_rating", "强制参加评比、达标、培训、考试或借此收费"
    FEES = "fees", "违法或在清单外收取基金、收费、保证金"
    BROKEN_PROMISE = "broken_promise", "不履行政策承诺、合同约定或拖欠账款"
    HIDDEN_PERMIT = "hidden_permit", "变相设定或者实施行政许可"
    FORCED_AGENT = "forced_agent", "指定中介服务机构或强制中介服务"
    UNHEARD = "unheard", "制定涉企政策不按规定听取意见"
    OTHER = "other", "其他损害营商环境的情形"


class Secrecy(TextChoices):
    """Whether the units that handle a case may learn who handed it in."""

    OPEN = "open", "公开"
    SECRET = "secret", "保密"


class Urgency(TextChoices):
    NORMAL = "normal", "一般"
    URGENT = "urgent", "紧急"
    CRITICAL = "critical", "特急"


class Clock(TextChoices):
    """Which table of limits a case runs on: the ordinary one by type, or a clock of its own."""

    ORDINARY = "ordinary", "一般诉求"
    COMPLEX = "complex", "复杂或多单位诉求"
    ARREARS = "arrears", "拖欠账款"
    PETITION = "petition", "信访事项"


class Satisfaction(TextChoices):
    VERY = "very", "满意"
    FAIRLY = "fairly", "基本满意"
    NOT = "not", "不满意"


CONTENT = frozenset({Satisfaction.VERY, Satisfaction.FAIRLY})


class DutyRole(TextChoices):
    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"


class Outcome(TextChoices):
    """How a case ended 办理结果."""

    RESOLVED = "resolved", "已解决"
    EXPLAINED = "explained", "已解释说明"
    UNRESOLVED = "unresolved", "未能解决"
    TERMINATED = "terminated", "终止办理"
    WITHDRAWN = "withdrawn", "来件人撤回"


def default_secrecy(case_type: str) -> Secrecy:
    """Return the secrecy of a new case where nobody chose it: 举报 is secret, the rest open."""
    return Secrecy.SECRET if case_type == CaseType.REPORT else Secrecy.OPEN


class PaperKind(TextChoices):
    """The printed papers of a case. The transfer sheet and the receipt bear the case's own number."""

    ACCEPTANCE = "acceptance", "受理告知书"
    DECLINE = "decline", "不予受理告知书"
    TRANSFER = "transfer", "转办单"
    REPLY = "reply", "答复函"
    RECEIPT = "receipt", "登记回执"
    SUPERVISE = "supervise", "督办函"


# Numbered and frozen when they are given out to the person.
NUMBERED_PAPERS = frozenset({PaperKind.ACCEPTANCE, PaperKind.DECLINE, PaperKind.REPLY})
