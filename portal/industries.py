"""GB/T 4754-2017 国民经济行业分类: sections 门类 and divisions 大类. Pure data.

A code is two digits (大类) to four (小类); the section letter follows from the
first two. Below the divisions the official list has 1,380 classes: their codes
are accepted as typed, so that one checks here only the division.
"""

from __future__ import annotations

from django.db.models import TextChoices


class Section(TextChoices):
    """The twenty sections 门类."""

    A = "A", "农、林、牧、渔业"
    B = "B", "采矿业"
    C = "C", "制造业"
    D = "D", "电力、热力、燃气及水生产和供应业"
    E = "E", "建筑业"
    F = "F", "批发和零售业"
    G = "G", "交通运输、仓储和邮政业"
    H = "H", "住宿和餐饮业"
    I = "I", "信息传输、软件和信息技术服务业"  # noqa: E741 - the letter is the standard's
    J = "J", "金融业"
    K = "K", "房地产业"
    L = "L", "租赁和商务服务业"
    M = "M", "科学研究和技术服务业"
    N = "N", "水利、环境和公共设施管理业"
    O = "O", "居民服务、修理和其他服务业"  # noqa: E741 - the letter is the standard's
    P = "P", "教育"
    Q = "Q", "卫生和社会工作"
    R = "R", "文化、体育和娱乐业"
    S = "S", "公共管理、社会保障和社会组织"
    T = "T", "国际组织"


_DIVISIONS = {
    Section.A: "01 农业|02 林业|03 畜牧业|04 渔业|05 农、林、牧、渔专业及辅助性活动",
    Section.B: (
        "06 煤炭开采和洗选业|07 石油和天然气开采业|08 黑色金属矿采选业|09 有色金属矿采选业"
        "|10 非金属矿采选业|11 开采专业及辅助性活动|12 其他采矿业"
    ),
    Section.C: (
        "13 农副食品加工业|14 食品制造业|15 酒、饮料和精制茶制造业|16 烟草制品业|17 纺织业"
        "|18 纺织服装、服饰业|19 皮革、毛皮、羽毛及其制品和制鞋业|20 木材加工和木、竹、藤、棕、草制品业"
        "|21 家具制造业|22 造纸和纸制品业|23 印刷和记录媒介复制业|24 文教、工美、体育和娱乐用品制造业"
        "|25 石油、煤炭及其他燃料加工业|26 化学原料和化学制品制造业|27 医药制造业|28 化学纤维制造业"
        "|29 橡胶和塑料制品业|30 非金属矿物制品业|31 黑色金属冶炼和压延加工业|32 有色金属冶炼和压延加工业"
        "|33 金属制品业|34 通用设备制造业|35 专用设备制造业|36 汽车制造业"
        "|37 铁路、船舶、航空航天和其他运输设备制造业|38 电气机械和器材制造业"
        "|39 计算机、通信和其他电子设备制造业|40 仪器仪表制造业|41 其他制造业|42 废弃资源综合利用业"
        "|43 金属制品、机械和设备修理业"
    ),
    Section.D: "44 电力、热力生产和供应业|45 燃气生产和供应业|46 水的生产和供应业",
    Section.E: "47 房屋建筑业|48 土木工程建筑业|49 建筑安装业|50 建筑装饰、装修和其他建筑业",
    Section.F: "51 批发业|52 零售业",
    Section.G: (
        "53 铁路运输业|54 道路运输业|55 水上运输业|56 航空运输业|57 管道运输业|58 多式联运和运输代理业"
        "|59 装卸搬运和仓储业|60 邮政业"
    ),
    Section.H: "61 住宿业|62 餐饮业",
    Section.I: "63 电信、广播电视和卫星传输服务|64 互联网和相关服务|65 软件和信息技术服务业",
    Section.J: "66 货币金融服务|67 资本市场服务|68 保险业|69 其他金融业",
    Section.K: "70 房地产业",
    Section.L: "71 租赁业|72 商务服务业",
    Section.M: "73 研究和试验发展|74 专业技术服务业|75 科技推广和应用服务业",
    Section.N: "76 水利管理业|77 生态保护和环境治理业|78 公共设施管理业|79 土地管理业",
    Section.O: "80 居民服务业|81 机动车、电子产品和日用产品修理业|82 其他服务业",
    Section.P: "83 教育",
    Section.Q: "84 卫生|85 社会工作",
    Section.R: "86 新闻和出版业|87 广播、电视、电影和录音制作业|88 文化艺术业|89 体育|90 娱乐业",
    Section.S: (
        "91 中国共产党机关|92 国家机构|93 人民政协、民主党派|94 社会保障"
        "|95 群众团体、社会团体和其他成员组织|96 基层群众自治组织及其他组织"
    ),
    Section.T: "97 国际组织",
}

DIVISIONS: dict[str, str] = {}
_SECTION_OF: dict[str, Section] = {}
for _section, _lines in _DIVISIONS.items():
    for _line in _lines.split("|"):
        _code, _name = _line.split(" ")
        DIVISIONS[_code] = _name
        _SECTION_OF[_code] = _section


def clean_industry(text: str) -> str:
    """Return a code as it is kept: digits without the section letter; `C3525`, `35` and `3525` are all read.

    Raises ValueError where the division doesn't exist or the letter contradicts it.
    """
    code = text.strip().upper()
    letter = code[0] if code[:1].isalpha() and code[:1].isascii() else ""
    digits = code.removeprefix(letter)
    if not (digits.isascii() and digits.isdecimal() and 2 <= len(digits) <= 4):
        raise ValueError("行业代码应为 2 至 4 位数字，如 35 或 3525")
    if digits[:2] not in DIVISIONS:
        raise ValueError(f"《国民经济行业分类》没有大类 {digits[:2]}")
    if letter and letter != section_of(digits):
        raise ValueError(f"大类 {digits[:2]} 属于门类 {section_of(digits)}，不属于 {letter}")
    return digits


def section_of(code: str) -> str:
    """Return the letter of the section a code belongs to; an empty code has none."""
    return _SECTION_OF[code[:2]].value if code else ""


def industry_label(code: str) -> str:
    """Return what a code is called, as far as the divisions tell: `3525 专用设备制造业`."""
    return f"{code} {DIVISIONS[code[:2]]}" if code else ""
