"""Cases with rounds, parts and history, drawn the same every time and loaded in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import NOT_PROVIDED
from django.utils import timezone

from complaints.kinds import CaseType, Channel, ProblemKind, Satisfaction, Secrecy
from complaints.models import Assignment, CaseEvent, Complaint, Round
from complaints.workflow import CaseState
from portal.models import Organisation, RoleGrant, Topic, User
from portal.roles import Role

BATCH: Final = 20_000
UNITS: Final = 100
TOPICS: Final = 18
YEARS: Final = 5
NULL: Final = "\\N"
MATTERS: Final = (
    "施工许可审图多次补正，开工推迟",
    "用电增容办理时间过长",
    "货车通行证办理往返多次",
    "惠企资金迟迟没有到账",
    "重复检查影响生产经营",
    "厂区门口道路积水无法通行",
    "招标文件设置不合理门槛",
    "工程款逾期没有支付",
)
# One in fifty is under way, as in a county that answers within the month and keeps the years.
OPEN_SHARE: Final = 0.02
OPEN: Final = (CaseState.REGISTERED, CaseState.ASSIGNED, CaseState.HANDLING, CaseState.REPLIED)
Row = Sequence[Any]


@dataclass(frozen=True)
class Seeded:
    """Who asks for the pages, and what for."""

    officer: User
    liaison: User
    unit: Organisation
    topic: Topic
    number: str
    today: date


def seed(count: int, today: date) -> Seeded:
    """Make `count` cases of the last five years, each with a round, a part and two lines of history."""
    units = _units()
    topics = Topic.objects.bulk_create(
        Topic(code=f"bench{n}", name=f"测试领域{n}", order=n) for n in range(TOPICS)
    )
    officer = _person("benchoffice", units[0], Role.OFFICE, today)
    liaison = _person("benchliaison", units[1], Role.LIAISON, today)
    drawn = _Draw(today, [unit.pk for unit in units], [topic.pk for topic in topics])
    _load(Complaint, drawn.case, count)
    _load(Round, drawn.round, count)
    _load(Assignment, drawn.part, count)
    _load(CaseEvent, drawn.event, count * 2)
    number = Complaint.objects.values_list("number", flat=True).get(pk=count // 2)
    return Seeded(officer, liaison, units[1], topics[0], number, today)


def _units() -> list[Organisation]:
    return Organisation.objects.bulk_create(
        Organisation(code=f"bc{n}", name=f"测试县第{n}局", short_name=f"测{n}局", order=n)
        for n in range(UNITS)
    )


def _person(username: str, unit: Organisation, role: Role, today: date) -> User:
    person = User.objects.create(
        username=username, name="测速员", organisation=unit, must_change_password=False
    )
    RoleGrant.objects.create(user=person, role=role, valid_from=today)
    return person


class _Draw:
    """The values of the n-th case, the same for each of its tables."""

    def __init__(self, today: date, units: Sequence[int], topics: Sequence[int]) -> None:
        self.today, self.units, self.topics = today, units, topics
        self.span = YEARS * 365
        self.noon = timezone.make_aware(datetime.combine(today, time(12)))

    def _of(self, n: int, count: int) -> dict[str, Any]:
        dice = random.Random(n)  # noqa: S311 - the same rows every time
        age = self.span * (count - n) // count
        day = self.today - timedelta(days=age)
        is_open = dice.random() < OPEN_SHARE * 2 and age < self.span // 2
        state = dice.choice(OPEN) if is_open else CaseState.CLOSED
        unit = dice.choice(self.units)
        return {
            "day": day,
            "at": self.noon - timedelta(days=age),
            "open": is_open,
            "state": state,
            "lead": None if state == CaseState.REGISTERED else unit,
            "unit": unit,
            "due": (self.today if is_open else day) + timedelta(days=dice.randrange(-5, 15)),
            "topic": dice.choice(self.topics),
            "matter": dice.choice(MATTERS),
            "secret": dice.random() < 0.05,
            "channel": dice.choice(Channel.values),
            "kind": dice.choice(CaseType.values),
            "problem": dice.choice(ProblemKind.values),
        }

    def case(self, n: int, count: int) -> dict[str, Any]:
        known = self._of(n, count)
        day, closed = known["day"], not known["open"]
        text = f"{known['matter']}，第 {n} 号企业多次与承办部门联系，请尽快研究解决并告知办理结果。" * 2
        done = day + timedelta(days=7) if closed else None
        return {
            "number": f"SQ{day.year}{n:07d}",
            "channel": known["channel"],
            "kind": known["kind"],
            "topic_id": known["topic"],
            "problem_kind": known["problem"],
            "title": f"{known['matter']}（{n}）",
            "text": text,
            "shared_title": f"{known['matter']}（{n}）",
            "shared_text": text,
            "secrecy": Secrecy.SECRET if known["secret"] else Secrecy.OPEN,
            "state": known["state"],
            "lead_id": known["lead"],
            "received_at": known["at"],
            "registered_on": day,
            "decided_on": day,
            "accepted_on": None if known["state"] == CaseState.REGISTERED else day,
            "assigned_on": None if known["lead"] is None else day,
            "due_on": known["due"] if known["open"] else None,
            "handle_due_on": known["due"],
            "original_due_on": known["due"],
            "replied_on": done,
            "followed_up_on": done,
            "closed_on": done,
            "outcome": "resolved" if closed else "",
            "resolved": True if closed else None,
            "satisfaction": Satisfaction.VERY if closed else "",
            "query_digest": f"bench-{n}",
            "created_at": known["at"],
        }

    def round(self, n: int, count: int) -> dict[str, Any]:
        known = self._of(n, count)
        done = None if known["open"] else known["day"] + timedelta(days=7)
        return {
            "complaint_id": n,
            "lead_id": known["lead"],
            "started_on": known["day"],
            "due_on": known["due"],
            "original_due_on": known["due"],
            "replied_on": done,
            "is_late": None if known["open"] else False,
            "workdays": None if known["open"] else 5,
            "ended_on": done,
        }

    def part(self, n: int, count: int) -> dict[str, Any]:
        known = self._of(n, count)
        return {
            "complaint_id": n,
            "organisation_id": known["unit"],
            "role": "lead",
            "state": "signed" if known["open"] else "done",
            "assigned_at": known["at"],
            "assigned_on": known["day"],
            "due_on": known["due"],
            "signed_on": known["day"],
        }

    def event(self, n: int, count: int) -> dict[str, Any]:
        case = (n + 1) // 2
        known = self._of(case, count // 2)
        return {
            "complaint_id": case,
            "at": known["at"],
            "action": "register" if n % 2 else "assign",
            "actor_name": "系统",
            "audience": "units",
            "text": "",
        }


def _defaults(model: type[Any]) -> dict[str, Any]:
    """Return the columns of a model with what a new row has where nothing is said; keys first."""
    found: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        default = column.default
        if default is NOT_PROVIDED:
            default = None if column.null else ""
        found[column.column] = default() if callable(default) else default
    return found


def _load(model: type[Any], draw: Any, count: int) -> None:
    """Write the rows 1 to `count` in bulk, by COPY where there is one."""
    fixed = _defaults(model)
    names, key = list(fixed), model._meta.pk.column
    rows = ([*(fixed | {key: n} | draw(n, count)).values()] for n in range(1, count + 1))
    for part in _parts(rows):
        _write(model._meta.db_table, names, part)


def _write(table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * len(names))
            values = [[str(cell) if isinstance(cell, date) else cell for cell in row] for row in rows]
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)  # noqa: S608 - our own tables
            return
        lines = "".join("\t".join(NULL if cell is None else str(cell) for cell in row) + "\n" for row in rows)
        cursor.cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', StringIO(lines))


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while part := list(islice(source, BATCH)):
        yield part


def addresses(seeded: Seeded) -> Mapping[str, tuple[User, str]]:
    """Return the pages that are measured: a name, who asks, and the address."""
    officer, liaison = seeded.officer, seeded.liaison
    cases = "/complaints/"
    return {
        "列表": (officer, f"{cases}?size=50"),
        "列表 最急在前": (officer, f"{cases}?size=50&sort=due"),
        "列表 未办结": (officer, f"{cases}?size=50&state=open"),
        "列表 已逾期": (officer, f"{cases}?size=50&due=overdue"),
        "列表 按单位": (officer, f"{cases}?size=50&organisation={seeded.unit.code}"),
        "列表 按领域和渠道": (officer, f"{cases}?size=50&topic={seeded.topic.code}&channel=hotline"),
        "列表 翻到中间": (officer, f"{cases}?size=50&after={_middle(seeded)}"),
        "查找编号": (officer, f"{cases}?size=50&q={seeded.number}"),
        "查找常见词": (officer, f"{cases}?size=50&q=审图"),
        "查找没有的词": (officer, f"{cases}?size=50&q=飞船"),
        "联络员列表": (liaison, f"{cases}?size=50"),
        "联络员待办": (liaison, f"{cases}?size=50&show=waiting"),
        "诉求页": (officer, f"{cases}{seeded.number}/"),
        "工作台": (officer, "/"),
        "统计页 上月": (officer, "/statistics/complaints/"),
        "统计页 全年": (officer, f"/statistics/complaints/?period={_twelve_months(seeded.today)}"),
        "接口列表": (officer, "/api/v1/complaints/"),
    }


def _middle(seeded: Seeded) -> int:
    return int(Complaint.objects.values_list("pk", flat=True).get(number=seeded.number))


def _twelve_months(today: date) -> str:
    """Return the twelve months before the present one, as addresses name them."""
    last = today.replace(day=1) - timedelta(days=1)
    year, month = (last.year, 1) if last.month == 12 else (last.year - 1, last.month + 1)
    return f"{year}-{month:02}..{last:%Y-%m}"
