"""Line breaks of a title: balanced, in the shape of a trapezium or a lozenge, never inside a word."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from portal.documents.numbers import text_width

TITLE_CHARS = 20  # 2 号 characters that fit between the margins

# Words of the field a title is likely to contain; callers add the names the document is about.
KNOWN_WORDS = (
    "优化营商环境",
    "营商环境",
    "指标专班",
    "重点任务",
    "推进情况",
    "进展情况",
    "工作情况",
    "落实情况",
    "办理情况",
    "工作通报",
    "工作简报",
    "领导小组",
    "办公室",
    "企业诉求",
    "涉企诉求",
    "惠企政策",
    "免申即享",
    "政务服务",
    "市场监管",
    "调度会议",
    "考核结果",
    "整改落实",
    "办理建筑许可",
    "获得电力",
    "获得用水用气",
    "登记财产",
    "获得信贷",
    "并联审批",
    "执行合同",
    "办理破产",
    "招标投标",
    "政府采购",
    "包容普惠创新",
    "进一步",
    "加快",
    "关于",
    "月份",
    "季度",
    "年度",
    "通报",
    "汇报",
    "报告",
    "通知",
    "情况",
    "工作",
    "事项",
    "问题",
    "逾期",
    "督办",
    "催办",
    "约谈",
    "提醒",
    "移交",
    "专班",
    "推进",
    "任务",
)
# A number stays with its digits, sign and unit: 2023年10月份, 95.5%, 第10期.
NUMBER = re.compile(r"第?\d[\d.,—-]*[年月日份期号项个家件类次%％]*(?:\d+[年月日份期号%％]*)*")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.'-]*")
QUOTED = re.compile(r"《[^《》]{1,18}》|“[^“”]{1,14}”|〔[^〔〕]*〕[^，。]*?号|（[^（）]{1,12}）")
NEVER_FIRST = set("，。、；：！？）》”〕】％%")
NEVER_LAST = set("（《“〔【第")
AWKWARD_FIRST = set("的了和与及")
AWKWARD_LAST = set("和与及对")


def break_title(title: str, words: Sequence[str] = (), limit: int = TITLE_CHARS) -> tuple[str, ...]:
    """Return the lines of `title`, each at most `limit` full-width characters wide.

    Line feeds in `title` are breaks the author has set: they are kept and nothing is added.
    Where the words leave no way to keep within the limit, a word is split rather than a line overrun.
    """
    if "\n" in title:
        return tuple(line.strip() for line in title.splitlines() if line.strip())
    text = title.strip()
    if text_width(text) <= limit:
        return (text,)
    allowed = _allowed_breaks(text, words)
    for places in (allowed, range(1, len(text))):
        fewest = int(-(-text_width(text) // limit))
        for count in range(fewest, fewest + 2):
            found = min(_divisions(text, places, count, limit), key=_ugliness, default=None)
            if found:
                return found
    return _cut(text, limit)


def _allowed_breaks(text: str, words: Sequence[str]) -> list[int]:
    inside: set[int] = set()
    for pattern in (NUMBER, LATIN, QUOTED):
        for match in pattern.finditer(text):
            inside.update(range(match.start() + 1, match.end()))
    for word in (*words, *KNOWN_WORDS):
        start = text.find(word) if word else -1
        while start >= 0:
            inside.update(range(start + 1, start + len(word)))
            start = text.find(word, start + 1)
    return [
        place
        for place in range(1, len(text))
        if place not in inside and text[place] not in NEVER_FIRST and text[place - 1] not in NEVER_LAST
    ]


def _divisions(text: str, places: Sequence[int], count: int, limit: int) -> Iterator[tuple[str, ...]]:
    if count > 4:
        return
    for chosen in combinations(places, count - 1):
        lines = tuple(text[start:end] for start, end in pairwise((0, *chosen, len(text))))
        if all(text_width(line) <= limit for line in lines):
            yield lines


def _ugliness(lines: tuple[str, ...]) -> float:
    widths = [text_width(line) for line in lines]
    mean = sum(widths) / len(widths)
    uneven = sum((width - mean) ** 2 for width in widths)
    hourglass = any(
        middle < before and middle < after
        for before, middle, after in zip(widths, widths[1:], widths[2:], strict=False)
    )
    rectangle = max(widths) - min(widths) < 1
    awkward = sum(
        (after[0] in AWKWARD_FIRST) + (before[-1] in AWKWARD_LAST) for before, after in pairwise(lines)
    )
    return uneven + (60 if hourglass else 0) + (4 if rectangle else 0) + 40 * awkward


def _cut(text: str, limit: int) -> tuple[str, ...]:
    lines, line = [], ""
    for char in text:
        if text_width(line + char) > limit:
            lines.append(line)
            line = ""
        line += char
    return (*lines, line)
