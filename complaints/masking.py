"""Hide who handed a case in: names, phones, companies, numbers and addresses. No database, no clock.

Two ways together: what is known of the person (his name, his company, his phone in any spelling) and
what has the shape of an identifying number. Free text is masked before a unit reads it, and so
are the names of files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "＊＊"
_SPACE = r"[\s\-－—.·()（）]*"
_DIGIT = r"[0-9０-９]"

# The order counts: the longer numbers first, so that a phone inside an ID number is not cut out of it.
_SHAPES = (
    # 18-digit citizen number, the last one possibly X.
    re.compile(rf"(?<!{_DIGIT}){_DIGIT}{{17}}[0-9０-９XxＸｘ](?![0-9０-９A-Za-z])"),
    # Unified social credit code, GB 32100: 2 + 6 digits + 10 characters.
    re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}(?![0-9A-Za-z])", re.I),
    re.compile(r"[A-Za-z0-9_.+\-]+[@＠][A-Za-z0-9\-]+(?:[.．][A-Za-z0-9\-]+)+"),
    # Bank cards: 16 to 19 digits, in groups or not.
    re.compile(
        rf"(?<!{_DIGIT}){_DIGIT}{{4}}(?:[ \-]?{_DIGIT}{{4}}){{3}}(?:[ \-]?{_DIGIT}{{1,3}})?(?!{_DIGIT})"
    ),
    # Mobile numbers, with the country's code or without, in groups or not.
    re.compile(
        rf"(?<!{_DIGIT})(?:(?:\+|＋|00)?86[\s\-]?)?[1１][3-9３-９]{_DIGIT}(?:[\s\-－—.·]*{_DIGIT}){{8}}(?!{_DIGIT})"
    ),
    # Telephones with an area code.
    re.compile(rf"(?<!{_DIGIT})[（(]?0{_DIGIT}{{2,3}}[)）]?[\s\-－—]?{_DIGIT}{{7,8}}(?!{_DIGIT})"),
    re.compile(r"(?:微信号?|VX|wx|QQ|扣扣)\s*[:：号是为]?\s*[A-Za-z0-9_\-]{5,20}", re.I),
    # Vehicle plates.
    re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-HJ-NP-Z0-9]{5,6}"
    ),
)

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎"
    "鲁韦马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元顾孟平黄"
    "穆萧尹姚邵汪祁毛狄米贝明臧计成戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林"
    "钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪解应宗丁宣邓郁杭洪包诸左石崔吉龚程邢滑裴陆荣翁"
    "荀羊甄曲封储靳段富巫乌焦巴牧山谷车侯全班仰仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司黎薄印宿白"
    "蒲从索赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳姬申扶堵冉宰郦雍桑桂牛寿通边扈燕冀尚农温别庄晏柴瞿"
    "阎充慕连茹习艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄东欧沃利蔚越夔隆师巩聂晁敖融訾辛"
    "阚那简饶空曾沙养鞠丰巢关查荆红游竺权盖益桓公喆堃䶮"
)
# "我是张三", "联系人：李四", "经理王五", "张三（身份证…）": a name announced by a word before it.
_ANNOUNCED = re.compile(
    rf"((?:我叫|我是|本人(?:姓名)?|姓名|联系人|负责人|法人代表|法定代表人|法人|经营者|店主|老板|业主|投诉人|举报人|反映人|来件人|申请人)"
    rf"\s*[:：是为叫]?\s*)([{_SURNAMES}][一-鿿㐀-䶿]{{1,2}})(?=[，。,.、；;：:（( \t\r\n）)电手联是在的因向反投举]|$)"
)
_COMPANY = re.compile(
    r"(?:[一-鿿㐀-䶿A-Za-z0-9（）()·]{2,30}?)"
    r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|合伙企业|个人独资企业|专业合作社|[（(]个体工商户[）)]|经营部|商行|商店|超市|饭店|酒店|门市部|加工厂|工厂)"
)
_LEGAL_FORMS = re.compile(
    r"(有限责任公司|股份有限公司|集团有限公司|有限公司|公司|合伙企业|专业合作社|经营部|商行|商店|超市|门市部)$"
)
_PLACE_START = re.compile(r"^.{2,4}?(?:省|市|县|区)")


@dataclass(frozen=True)
class Known:
    """What is known of a person; every spelling of it is taken out of a text."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any((self.names, self.phones, self.companies, self.others))


def mask_text(text: str, known: Known | None = None, *, companies: bool = True) -> str:
    """Return `text` without what identifies a person.

    With `companies` every company named in the text goes too: where the text says
    "our company" under a name, the name is who reported. Masking twice changes
    nothing. What a person is called only in hints ("我家饭馆对面") no programme can
    find: the office reads the masked text before a unit does.
    """
    result = _without_known(_without_hidden_signs(text), known) if known else _without_hidden_signs(text)
    for shape in _SHAPES:
        result = shape.sub(MASK, result)
    result = _ANNOUNCED.sub(lambda found: f"{found[1]}{MASK}", result)
    if companies:
        result = _COMPANY.sub(_company_mask, result)
    return result


def _company_mask(found: re.Match[str]) -> str:
    return found[0] if MASK in found[0] and len(found[0]) <= len(MASK) else f"某企业{MASK}"


def _without_hidden_signs(text: str) -> str:
    """Remove invisible signs that could split a number in two; line breaks and tabs stay."""
    return "".join(
        sign for sign in text if sign in "\t\r\n" or not unicodedata.category(sign).startswith("C")
    )


def _without_known(text: str, known: Known) -> str:
    result = text
    for phone in known.phones:
        digits = [sign for sign in unicodedata.normalize("NFKC", phone) if sign.isdigit()]
        if len(digits) >= 5:
            spelled = _SPACE.join(f"[{digit}{chr(ord(digit) + 0xFEE0)}]" for digit in digits)
            result = re.sub(spelled, MASK, result)
    words = [*known.companies, *_stems(known.companies), *known.names, *known.others]
    for word in sorted({part.strip() for part in words if len(part.strip()) >= 2}, key=len, reverse=True):
        # Spaces between the characters of a name hide it from a plain search.
        spelled = r"[\s·•*]*".join(re.escape(sign) for sign in word)
        result = re.sub(spelled, MASK, result, flags=re.IGNORECASE)
    return result


def _stems(companies: Iterable[str]) -> list[str]:
    """Return what a company is called in speech: without its place and its legal form."""
    found = []
    for name in companies:
        short = _LEGAL_FORMS.sub("", name)
        found.append(short)
        found.append(_PLACE_START.sub("", short))
    return [stem for stem in found if len(stem) >= 2]


def mask_name(name: str) -> str:
    """Return a person's name as 张** (the family name only); a name of one character is hidden whole."""
    plain = name.strip()
    return f"{plain[:1]}{'＊' * (len(plain) - 1)}" if len(plain) > 1 else "＊"


def mask_phone(phone: str) -> str:
    """Return a number with its middle hidden: 138****8000."""
    plain = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    if len(plain) < 7:
        return "＊" * len(plain)
    return f"{plain[:3]}****{plain[-4:]}"


def mask_company(name: str) -> str:
    """Return an enterprise's name as 某企业."""
    return "某企业" if name.strip() else ""


def neutral_file_name(position: int, extension: str) -> str:
    """Return what a reporter's file is called from now on: 材料1.jpg; the given name may say who he is."""
    suffix = f".{extension.lower()}" if extension else ""
    return f"材料{position}{suffix}"


def leaks(text: str, known: Known) -> list[str]:
    """Return what of `known` still stands in `text`, for the check before a case is given to a unit."""
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(sign for sign in plain if sign.isdigit())
    found = [word for word in (*known.names, *known.companies, *known.others) if word and word in plain]
    return found + [phone for phone in known.phones if len(phone) >= 7 and phone in digits]
