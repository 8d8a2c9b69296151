"""From what was written on the screens to what is registered, and back to what the person checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.views.decorators.debug import sensitive_variables

from complaints.forms.public import NAMED, PROBLEM_WORDS, TYPE_WORDS, WITH_PROBLEM
from complaints.kinds import CaseType, Channel, ProblemKind, Secrecy
from complaints.models import IntakePoint
from complaints.sealing import UNKNOWN, Person
from complaints.selectors.public_pages import enterprise_of, topics_offered
from complaints.services.intake import Entry
from portal.models import Organisation, Topic


@dataclass(frozen=True)
class Step:
    """A screen: its URL name and what it is called."""

    name: str
    label: str


STEPS = (
    Step("kind", "类型"),
    Step("matter", "问题"),
    Step("person", "联系"),
    Step("photos", "照片"),
    Step("check", "核对"),
)


@dataclass(frozen=True)
class Answer:
    """A line of the check page, and the screen on which it is changed."""

    label: str
    value: str
    step: str


def unanswered(draft: dict[str, Any]) -> str:
    """Return the first screen that is still owed; "check" when all are answered."""
    if "kind" not in draft:
        return "kind"
    matter = draft.get("matter")
    if matter is None or (draft["kind"]["kind"] in WITH_PROBLEM and not matter.get("problem")):
        return "matter"
    if "person" not in draft:
        return "person"
    return "check" if draft.get("photos_seen") else "photos"


@sensitive_variables("draft", "person")
def entry_of(draft: dict[str, Any]) -> Entry:
    """Return the draft as a case.

    Units and the field of work were read when they were chosen; here their keys are
    enough. An enterprise's own QR code names the enterprise: of a report without a
    name it is not kept.
    """
    kind, matter, person = draft["kind"], draft["matter"], draft["person"]
    named = person["how"] == NAMED
    point = (
        IntakePoint.objects.filter(code=draft["point"], is_active=True).select_related("enterprise").first()
    )
    hidden = point is not None and point.kind == IntakePoint.Kind.ENTERPRISE and not named
    own = point.enterprise if point is not None and named else None
    code = person.get("credit_code")
    return Entry(
        channel=Channel.QR if point is not None else Channel.WEB,
        kind=CaseType(kind["kind"]),
        title=matter["title"],
        text=matter["text"],
        wishes=matter["wishes"],
        problem_kind=ProblemKind(matter.get("problem") or ProblemKind.OTHER),
        secrecy=Secrecy.SECRET if person.get("secret") else "",
        topic=Topic(pk=kind["topic_key"]) if kind["topic_key"] else None,
        enterprise=own or (enterprise_of(code) if code else None),
        town=Organisation(pk=matter["town_key"]) if matter["town_key"] else None,
        reported=Organisation(pk=matter["reported_key"]) if matter["reported_key"] else None,
        intake_point=None if hidden else point,
        person=Person(person["name"], person["phone"], person["company"]) if named else UNKNOWN,
        consented=bool(person.get("consent")),
    )


@sensitive_variables("draft", "person")
def answers_of(draft: dict[str, Any], units: Sequence[Organisation]) -> dict[str, list[Answer]]:
    """Return what was answered, in the groups of the check page."""
    kind, matter, person = draft["kind"], draft["matter"], draft["person"]
    names = {row.code: row.name for row in units}
    topic = next((row.name for row in topics_offered() if row.code == kind["topic"]), "")
    lines = [
        Answer("类型", _first_word(TYPE_WORDS[CaseType(kind["kind"])]), "kind"),
        Answer("方面", topic or "不清楚", "kind"),
        Answer("概括", matter["title"], "matter"),
        Answer("经过", matter["text"], "matter"),
        Answer("希望怎么解决", matter["wishes"] or "没有填写", "matter"),
        Answer("反映的单位", names.get(matter["reported"], "不清楚"), "matter"),
        Answer("照片或文件", f"{len(draft['photos'])} 个" if draft["photos"] else "没有", "photos"),
    ]
    if matter.get("problem"):
        lines.insert(2, Answer("情况", PROBLEM_WORDS[ProblemKind(matter["problem"])], "matter"))
    if matter["town"]:
        lines.insert(-1, Answer("发生在", names.get(matter["town"], "不清楚"), "matter"))
    return {"问题": lines, "怎么联系您": _person_lines(person)}


@sensitive_variables("person")
def _person_lines(person: dict[str, Any]) -> list[Answer]:
    if person["how"] != NAMED:
        return [
            Answer("署名方式", "匿名", "person"),
            Answer("联系电话", "未留，只能凭查询码看进度", "person"),
        ]
    told = [
        ("姓名", person["name"]),
        ("电话", person["phone"]),
        ("企业名称", person["company"]),
        ("信用代码", person["credit_code"]),
        ("保密", "对办理单位也保密" if person["secret"] else ""),
    ]
    return [Answer(label, value, "person") for label, value in told if value]


def _first_word(text: str) -> str:
    return text.partition("　")[0]


def key_of(rows: Sequence[Topic] | Sequence[Organisation], code: str) -> int | None:
    """Return the key of the row that was chosen by its code."""
    return next((row.pk for row in rows if row.code == code), None)
