"""What the processes do that these tests start by `Processes.act` and kill at any moment."""

import random
import time
from datetime import timedelta
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.errors import Conflict
from portal.models import User
from portal.services.accounts import update_account
from portal.services.delivery import deliver_due
from portal.services.notices import notify
from portal.services.numbers import take_number


def relay():
    """Send what the outbox owes, for ever."""
    while True:
        deliver_due(timezone.now(), budget=timedelta(seconds=1))
        time.sleep(0.05)


def notifier(prefix, count):
    """Owe one notice after the other, each in a transaction of its own."""
    people = list(User.objects.filter(username="receiver"))
    for number in range(int(count)):
        notify(people, "10月月报还剩 1 个工作日", url="/", event_key=f"{prefix}:{number}")


def numberer(series, seed, count):
    """Issue documents: take a number and print it; three in ten are given up before the end."""
    dice = random.Random(int(seed))
    for _number in range(int(count)):
        with transaction.atomic():
            taken = take_number(series, 2023)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO chaos_ledger (job, slot) VALUES (%s, %s)", (series, f"{taken:06d}")
                )
            time.sleep(dice.uniform(0, 0.01))
            if dice.random() < 0.3:
                transaction.set_rollback(True)


def editor(username, actor, count):
    """Append one sign to a person's title `count` times, reading anew whenever somebody was faster."""
    administrator = User.objects.get(username=actor)
    for _number in range(int(count)):
        while True:
            user = User.objects.get(username=username)
            try:
                update_account(
                    user,
                    actor=administrator,
                    version=user.version,
                    values={"title": f"{user.title}*"},
                )
            except Conflict:
                continue
            break


def writer(name, noted):
    """Write rows for ever; note each in a file once the database has acknowledged it."""
    number = 0
    with Path(noted).open("a", encoding="ascii") as notes:
        while True:
            number += 1
            key = f"{name}-{number}"
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("INSERT INTO chaos_ledger (job, slot) VALUES ('writer', %s)", (key,))
            except DatabaseError:
                connection.close()
                time.sleep(0.2)
                continue
            notes.write(f"{key}\n")
            notes.flush()
