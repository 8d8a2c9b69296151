"""Three thousand market entities: who they are, two years of figures, recognitions with their days.

The first hundred and twenty are the industrial enterprises above the threshold;
recognitions are given from the front of the list, so that their counts are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import yaml

from portal.credit_codes import make_credit_code
from portal.enterprise_names import search_name
from portal.enterprise_terms import EntityKind, EntityState, FactKind, LabelKind, LabelLevel
from portal.industries import section_of
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation, Topic
from portal.size_classes import size_class
from reports.sample.county import County

DATA = Path(__file__).parent / "data" / "enterprises.yaml"
# A division of no province: the codes pass the check and belong to nobody.
REGION = "990321"
ABOVE = 120
ENTERPRISES = 1440
INDIVIDUALS = 1400
COOPERATIVES = 120
OTHERS = 40
BATCH = 1000
REGISTER = "市场监管部门登记名录"
# One figure in twelve is not known, as in any register.
MISSING = 1 / 12


@dataclass(frozen=True)
class Granted:
    """A recognition given to the entities at `places`; held from a day of the texts on, for `years`."""

    kind: LabelKind
    level: LabelLevel
    places: Sequence[int]
    valid_from: date
    years: int
    source: str


_NATIONAL, _PROVINCIAL = LabelLevel.NATIONAL, LabelLevel.PROVINCIAL
_MUNICIPAL, _NONE = LabelLevel.MUNICIPAL, LabelLevel.NONE
GRANTS = (
    Granted(LabelKind.INDUSTRY_ABOVE, _NONE, range(112), date(2020, 1, 1), 0, "统计部门规上工业名录"),
    Granted(LabelKind.INDUSTRY_ABOVE, _NONE, range(112, 120), date(2023, 3, 1), 0, "统计部门规上工业名录"),
    Granted(LabelKind.SMALL_TO_ABOVE, _NONE, range(112, 120), date(2023, 3, 1), 0, "统计部门小升规名单"),
    Granted(
        LabelKind.HIGH_TECH,
        _NATIONAL,
        (*range(2, 34), *range(300, 308)),
        date(2021, 12, 15),
        3,
        "高新技术企业认定公示",
    ),
    Granted(LabelKind.SPECIALISED_GIANT, _NATIONAL, range(6), date(2022, 8, 1), 3, "专精特新小巨人企业公示"),
    Granted(
        LabelKind.SPECIALISED_BACKBONE, _PROVINCIAL, range(6, 10), date(2022, 9, 1), 3, "省级专精特新公示"
    ),
    Granted(LabelKind.SPECIALISED_MODEL, _PROVINCIAL, range(10, 16), date(2022, 9, 1), 3, "省级专精特新公示"),
    Granted(LabelKind.SPECIALISED, _PROVINCIAL, range(16, 40), date(2022, 10, 20), 3, "省级专精特新公示"),
    Granted(LabelKind.SPECIALISED, _MUNICIPAL, range(40, 66), date(2023, 6, 1), 3, "市级专精特新公示"),
    Granted(LabelKind.INNOVATIVE_SME, _PROVINCIAL, range(16, 76), date(2022, 7, 1), 3, "创新型中小企业公告"),
    Granted(
        LabelKind.TECH_SME,
        _NONE,
        (*range(20, 70), *range(300, 330)),
        date(2023, 4, 1),
        1,
        "科技型中小企业入库公告",
    ),
    Granted(LabelKind.SINGLE_CHAMPION, _PROVINCIAL, (0, 3), date(2022, 11, 1), 3, "制造业单项冠军公示"),
    Granted(LabelKind.TECH_LEADER, _MUNICIPAL, (1, 4, 7), date(2023, 5, 1), 3, "科技领军企业公示"),
    Granted(
        LabelKind.FARMING_LEADER,
        _PROVINCIAL,
        range(70, 78),
        date(2022, 12, 1),
        2,
        "农业产业化龙头企业公布名单",
    ),
    Granted(LabelKind.WHOLESALE_ABOVE, _NONE, range(400, 418), date(2020, 1, 1), 0, "统计部门限上商贸名录"),
    Granted(LabelKind.RETAIL_ABOVE, _NONE, range(418, 440), date(2020, 1, 1), 0, "统计部门限上商贸名录"),
    Granted(LabelKind.CATERING_ABOVE, _NONE, range(440, 452), date(2021, 1, 1), 0, "统计部门限上商贸名录"),
    Granted(LabelKind.SERVICES_ABOVE, _NONE, range(452, 470), date(2021, 1, 1), 0, "统计部门规上服务业名录"),
    Granted(LabelKind.DISHONEST, _NONE, range(700, 712), date(2023, 2, 10), 2, "法院公布名单"),
    Granted(LabelKind.ABNORMAL, _NONE, range(712, 737), date(2023, 7, 10), 0, "企业信用信息公示系统"),
)
# What an entity must do to hold a label: its business by the beginning of the industry code.
_PLACED = {400: "5199", 418: "5212", 440: "6110", 452: "7262"}
_STATES = {
    **dict.fromkeys(range(1100, 1120), EntityState.DEREGISTERED),
    **dict.fromkeys(range(1120, 1125), EntityState.REVOKED),
    **dict.fromkeys(range(1125, 1128), EntityState.MOVED),
}


def load(county: County) -> None:
    """Write the register of the sample and its fields of work; nothing else of the sample is touched."""
    Topic.objects.bulk_create(
        Topic(code=force.code, name=force.name, order=place)
        for place, force in enumerate(county.task_forces.values(), start=1)
    )
    rng = county.rng("enterprises")
    rows = list(_entities(county, rng))
    facts = [_facts_of(place, row, county, rng) for place, row in enumerate(rows)]
    for row, own in zip(rows, facts, strict=True):
        # The later year comes last and stands where it is known.
        known = {FactKind(fact.kind): fact.value for fact in own}
        row.size = size_class(row.industry, known, on=county.today).size or ""
    # The list shows the newest first: industry rather than the odd ones at the end.
    Enterprise.objects.bulk_create(rows[::-1], batch_size=BATCH)
    EnterpriseFact.objects.bulk_create((fact for own in facts for fact in own), batch_size=BATCH)
    EnterpriseLabel.objects.bulk_create(_labels(rows, county), batch_size=BATCH)


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def _entities(county: County, rng: Random) -> Iterator[Enterprise]:
    """Yield the entities in the order on which `GRANTS` relies, each name once."""
    names = [a + b for a, b in product(_texts()["firsts"], _texts()["seconds"]) if a != b]
    rng.shuffle(names)
    towns = [unit for unit in county.units.values() if unit.is_local]
    used: set[str] = set()
    for place in range(ENTERPRISES + INDIVIDUALS + COOPERATIVES + OTHERS):
        kind, pattern, business = _business(place, rng)
        town = _town(place, towns, rng)
        name = _name(pattern, business[0], town, names, used, rng)
        state = _STATES.get(place, EntityState.ACTIVE)
        founded = date(
            rng.randint(2004, 2022 if place > ABOVE else 2018), rng.randint(1, 12), rng.randint(1, 28)
        )
        registry = {EntityKind.INDIVIDUAL: "92", EntityKind.COOPERATIVE: "93", EntityKind.OTHER: "52"}
        yield Enterprise(
            credit_code=make_credit_code(
                7_000_000 + place * 97, region=REGION, registry=registry.get(kind, "91")
            ),
            name=name,
            search_name=search_name(name),
            kind=kind,
            industry=business[1],
            section=section_of(business[1]),
            town=town,
            address=f"云溪县{town.short_name}{rng.choice(_texts()['roads'])}{rng.randint(1, 260)}号",
            founded_on=founded,
            state=state,
            state_on=None if state == EntityState.ACTIVE else county.shift.day(date(2023, 5, 20)),
            size_as_of=county.today,
            source=REGISTER,
        )


def _business(place: int, rng: Random) -> tuple[EntityKind, str, tuple[str, str]]:
    """Return what an entity is, how its name is built, and what it does."""
    if place < ENTERPRISES:
        ending = "股份有限公司" if place % 40 == 3 else "有限公司"
        return EntityKind.ENTERPRISE, "云溪{mark}{work}" + ending, _enterprise_business(place, rng)
    if place < ENTERPRISES + INDIVIDUALS:
        return EntityKind.INDIVIDUAL, "云溪县{town}{mark}{work}", _pick("shops", rng)
    if place < ENTERPRISES + INDIVIDUALS + COOPERATIVES:
        return EntityKind.COOPERATIVE, "云溪县{mark}{work}专业合作社", _pick("cooperatives", rng)
    return EntityKind.OTHER, "云溪县{mark}{work}服务中心", ("职业培训", "8391")


def _enterprise_business(place: int, rng: Random) -> tuple[str, str]:
    if 70 <= place < 78:
        return "食品", "1399"
    if place < ABOVE or 120 <= place < 300:
        return _pick("industry", rng)
    if 300 <= place < 330:
        return "软件", "6513"
    starts = [start for start in _PLACED if start <= place < 470]
    if starts:
        code = _PLACED[max(starts)]
        return next((word, known) for word, known, _weight in _texts()["others"] if known == code)
    return _pick("others", rng)


def _pick(group: str, rng: Random) -> tuple[str, str]:
    lines = _texts()[group]
    word, code, _weight = rng.choices(lines, weights=[line[2] for line in lines])[0]
    return word, code


def _town(place: int, towns: Sequence[Organisation], rng: Random) -> Organisation:
    """Return where an entity lies: industry mostly in the first park, the rest in streets and towns."""
    if place < ABOVE and rng.random() < 0.7:
        return towns[0]
    return rng.choice(towns[2:] if rng.random() < 0.9 else towns[:2])


def _name(
    pattern: str, work: str, town: Organisation, marks: Sequence[str], used: set[str], rng: Random
) -> str:
    while True:
        name = pattern.format(mark=rng.choice(marks), work=work, town=town.short_name)
        if name not in used:
            used.add(name)
            return name


def _facts_of(place: int, row: Enterprise, county: County, rng: Random) -> list[EnterpriseFact]:
    """Return two years of figures of one entity, some of them missing; the first ones always whole."""
    scale = _scale(place, row, rng)
    made = []
    growth = Decimal(rng.randint(85, 125)) / 100
    for back in (2, 1):
        year = county.shift.year - back
        recorded_at = county.at(min(date(year + 1, 4, 10), county.today), clock=time(9, 30))
        for kind, value in scale.items():
            if place >= ABOVE and rng.random() < MISSING:
                continue
            grown = value * growth if back == 1 else value
            whole = kind == FactKind.EMPLOYEES
            made.append(
                EnterpriseFact(
                    enterprise=row,
                    kind=kind,
                    value=grown.quantize(Decimal(1) if whole else Decimal("0.01")),
                    period_year=year,
                    valid_from=date(year + 1, 1, 1),
                    source=f"{year}年企业年报" if place >= ABOVE else f"{year}年统计年报",
                    recorded_at=recorded_at,
                )
            )
    return made


def _scale(place: int, row: Enterprise, rng: Random) -> dict[FactKind, Decimal]:
    """Return an entity's figures of the year before last, in the units of their kinds."""
    if row.kind != EntityKind.ENTERPRISE:
        staff = rng.randint(1, 8) if row.kind == EntityKind.INDIVIDUAL else rng.randint(5, 40)
        return {FactKind.EMPLOYEES: Decimal(staff), FactKind.REVENUE: Decimal(staff * rng.randint(8, 30))}
    # Above the threshold: 2,000 万元 also in a poor year.
    revenue = rng.randint(2600, 42000) if place < ABOVE else int(rng.lognormvariate(6, 1.3)) + 10
    staff = max(3, int(revenue / rng.randint(25, 70)))
    found = {
        FactKind.EMPLOYEES: Decimal(staff),
        FactKind.REVENUE: Decimal(revenue),
        FactKind.MAIN_REVENUE: Decimal(revenue) * 95 / 100,
        FactKind.ASSETS: Decimal(revenue) * rng.randint(40, 160) / 100,
        FactKind.TAX: Decimal(revenue) * rng.randint(1, 7) / 100,
    }
    if place < 80 or 300 <= place < 330:
        found[FactKind.RD_EXPENSE] = Decimal(revenue) * rng.randint(3, 9) / 100
    if place < ABOVE:
        found[FactKind.FIXED_INVESTMENT] = Decimal(revenue) * rng.randint(0, 20) / 100
    if place % 5 == 0 and place < ABOVE:
        found[FactKind.EXPORTS] = Decimal(revenue) * rng.randint(5, 40) / 100
    return found


def _labels(rows: Sequence[Enterprise], county: County) -> Iterable[EnterpriseLabel]:
    for grant in GRANTS:
        start = county.shift.day(grant.valid_from)
        for place in grant.places:
            yield EnterpriseLabel(
                enterprise=rows[place],
                kind=grant.kind,
                level=grant.level,
                valid_from=start,
                valid_to=_last_day(start, grant.years),
                source=grant.source,
                recorded_at=county.at(start, key=f"label:{grant.kind}"),
            )


def _last_day(start: date, years: int) -> date | None:
    """Return the last day of a recognition of so many years; none for one until further notice."""
    if not years:
        return None
    day = min(start.day, 28)
    return date.fromordinal(date(start.year + years, start.month, day).toordinal() - 1)
