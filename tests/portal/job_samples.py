"""Jobs that tests plan and run; each leaves a counter row, so that runs can be counted."""

from datetime import date

from django.db import transaction
from django.db.models import F

from portal.errors import Refused
from portal.jobs import CatchUp, Daily, EveryMinutes, Job
from portal.models import NumberSeries


def count(series, day):
    with transaction.atomic():
        row, _created = NumberSeries.objects.get_or_create(series=series, year=day.year)
        NumberSeries.objects.filter(pk=row.pk).update(value=F("value") + 1)


def runs(series):
    return sum(NumberSeries.objects.filter(series=series).values_list("value", flat=True))


def each(today: date) -> str:
    count(f"each {today}", today)
    return f"{today} 已办"


def latest(today: date) -> str:
    count("latest", today)
    return "已办"


def frequent(today: date) -> str:
    count("frequent", today)
    return "已办"


def failing(today: date) -> str:
    count("failing", today)
    raise ZeroDivisionError


def refusing(today: date) -> str:
    raise Refused("本月已封账，不能办理")


PLACE = "tests.portal.job_samples"
JOBS = (
    Job("each", "逐日登记", f"{PLACE}.each", Daily(8), catch_up=CatchUp.EACH),
    Job("latest", "汇总", f"{PLACE}.latest", Daily(9)),
    Job("frequent", "巡检", f"{PLACE}.frequent", EveryMinutes(10), catch_up=CatchUp.SKIP),
)
FAILING = Job("failing", "出错的任务", f"{PLACE}.failing", Daily(8))
REFUSING = Job("refusing", "被拒的任务", f"{PLACE}.refusing", Daily(8))
