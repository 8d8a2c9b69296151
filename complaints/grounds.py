"""The legal grounds on which a case is not accepted, each with the right door. Pure data.

Source: the grounds that regional rules have in common (《潍坊市12345政务服务便民热线条例》
art. 19, 《信访工作条例》 arts. 31-36, 《政府信息公开条例》 art. 27, 《优化营商环境条例》 art. 49):
the reason is always given, and where another procedure is open, the way to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class Ground(TextChoices):
    LITIGATION = "litigation", "已经或应当通过诉讼、仲裁、行政复议解决"
    DISCIPLINE = "discipline", "反映党员干部违纪或职务违法犯罪"
    DISCLOSURE = "disclosure", "申请政府信息公开"
    PETITION = "petition", "已进入信访程序"
    SECRETS = "secrets", "涉及国家秘密、商业秘密、个人隐私或违反公序良俗"
    SETTLED = "settled", "已依法处理且结论合法合理，无新的事实和理由"
    MARKET = "market", "平等主体之间的民事、商事纠纷"
    CONSUMER = "consumer", "消费者权益争议"
    ELSEWHERE = "elsewhere", "不属于本县管辖"
    UNCLEAR = "unclear", "事实不清且逾期未补充，无法办理"
    OTHER = "other", "其他依法不予受理的情形"


@dataclass(frozen=True)
class GroundRule:
    """What stands in the notice: the clause, and where the person should turn; empty: the clerk writes it."""

    basis: str
    door: str


RULES: dict[str, GroundRule] = {
    Ground.LITIGATION: GroundRule(
        "依法应当通过诉讼、仲裁、行政复议等法定途径解决的事项，不属于营商环境诉求受理范围",
        "请向有管辖权的人民法院、仲裁机构提出，或向县司法局行政复议机构申请行政复议",
    ),
    Ground.DISCIPLINE: GroundRule(
        "反映监察对象违纪违法和职务犯罪的检举控告，由纪检监察机关依规依纪依法受理",
        "请向县纪委监委信访室反映，举报电话 12388",
    ),
    Ground.DISCLOSURE: GroundRule(
        "《中华人民共和国政府信息公开条例》第二十七条：应当向行政机关提出申请",
        "请向制作或保存该信息的行政机关政府信息公开工作机构提出申请",
    ),
    Ground.PETITION: GroundRule(
        "《信访工作条例》：已经受理或正在办理的信访事项，在规定期限内不再重复受理",
        "请向原信访受理机关查询办理进展，或在期限内申请复查、复核",
    ),
    Ground.SECRETS: GroundRule(
        "涉及国家秘密、商业秘密、个人隐私或违反社会公序良俗的事项，依法不予受理",
        "涉密事项请当面向有权机关反映，不要通过网络提交",
    ),
    Ground.SETTLED: GroundRule(
        "同一事实和理由的诉求已经依法处理，结论合法合理，没有新的事实和理由",
        "对原处理决定不服的，可依法申请行政复议或提起行政诉讼",
    ),
    Ground.MARKET: GroundRule(
        "平等主体之间的民事、商事纠纷不属于营商环境诉求受理范围",
        "请协商解决，或向县人民调解组织、仲裁机构、人民法院提出",
    ),
    Ground.CONSUMER: GroundRule(
        "《市场监督管理投诉举报处理暂行办法》：消费者权益争议由市场监督管理部门处理",
        "请拨打 12315，或通过全国 12315 平台提出",
    ),
    Ground.ELSEWHERE: GroundRule(
        "所反映事项不属于本县行政区域或本县单位职责管辖",
        "请向事项发生地营商环境主管部门或 12345 热线反映",
    ),
    Ground.UNCLEAR: GroundRule(
        "经通知补充后仍无法明确所反映的事实和对象",
        "补充事实、时间、地点和有关材料后，可以重新提交",
    ),
    Ground.OTHER: GroundRule("依照法律、法规、规章规定不予受理", ""),
}


def door_of(ground: str) -> str:
    """Return where the person should turn by default; empty where the clerk has to write it."""
    return RULES[ground].door
