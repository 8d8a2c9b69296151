"""What the sections are written from: values, names in printed order, and what a person has ticked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from indicators.selectors.figures import Named, RedItem
from reports.sections.subject import NO_SUBJECT, Subject, Told
from reports.texts.content import Block, Paragraph, Run, Runs, Section
from reports.texts.values import Value, Values, number_of
from reports.texts.wording import Phrase, compared, number

NO_WORK = "（无办理任务）"
WORDS = {1: "本月", 3: "本季度"}
BEFORE = {1: "上月", 3: "上季度"}
CLOSES = {1: "月末", 3: "季度末"}


@dataclass(frozen=True)
class Candidate:
    """A unit that could be named as a laggard; only a ticked one is."""

    code: str
    name: str
    ticked: bool = False


@dataclass(frozen=True)
class Book:
    """`closes_on`: the closing day of the month's reports; `counted_on`: the day on which they were counted
    while they still came in, None after the closing; `reply_by`: the day the units must answer by;
    `monitored`: the keys of the monitored items; `corrects`: how the bulletin that this one corrects is called;
    `label`: how the period is called; `subject` and `letters`: what a special bulletin is about."""

    month: date
    as_of: date
    values: Values
    months: int = 1
    label: str = ""
    lists: tuple[Named, ...] = ()
    task_forces: tuple[Named, ...] = ()
    monitored: tuple[str, ...] = ()
    red_items: tuple[RedItem, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    closes_on: date | None = None
    counted_on: date | None = None
    reply_by: date | None = None
    corrects: str = ""
    subject: Subject = NO_SUBJECT
    letters: tuple[Told, ...] = ()

    @property
    def now(self) -> str:
        """What the period calls itself: 本月, 本季度."""
        return WORDS.get(self.months, "本期")

    @property
    def before(self) -> str:
        """What the period before is called: 上月, 上季度."""
        return BEFORE.get(self.months, "上期")

    @property
    def close(self) -> str:
        """What its end is called: 月末, 季度末."""
        return CLOSES.get(self.months, "期末")

    def compared(self, key: str, *, up: str = "增加", down: str = "减少", since: str | None = None) -> Phrase:
        """Return 较上月增加12项 in the words of the period; see `wording.compared`."""
        return compared(
            self.values,
            key,
            up=up,
            down=down,
            since=f"较{self.before}" if since is None else since,
            same=f"与{self.before}持平",
        )

    def value(self, key: str) -> Value:
        return number_of(self.values, key)

    def has(self, key: str) -> bool:
        """Tell whether a count is there and more than none."""
        return bool(self.value(key))

    def cell(self, key: str, look: str = "") -> Runs:
        """Return a table cell with a marked number; a lamp's colour only where there is something to show."""
        run = number(self.values, key)
        return (Run(run.text, run.figure, look if self.has(key) else ""),)


def day(on: date) -> str:
    return f"{on.month}月{on.day}日"


def full_day(on: date) -> str:
    return f"{on.year}年{day(on)}"


def paragraphs(written: Iterable[tuple[str, Sequence[Runs]]]) -> tuple[Block, ...]:
    """Return a paragraph for each key whose sentences say something."""
    found: list[Block] = []
    for key, sentences in written:
        runs = tuple(run for sentence in sentences for run in sentence)
        if runs:
            found.append(Paragraph(key, runs))
    return tuple(found)


def section(key: str, title: str, *blocks: Block) -> Section:
    return Section(key, title, blocks)
