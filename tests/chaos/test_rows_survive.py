"""R-8, R-10, R-11: notices, edits and numbers when processes overlap and are killed."""

import random
import time

import pytest

from portal.models import AuditEvent, Delivery, NumberSeries, User
from portal.services import audit_chain
from tests.chaos.processes import until
from tests.factories import UserFactory
from tests.portal.sinks import GatewaySink, serving

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]


def test_every_notice_arrives_though_senders_and_relays_are_killed(processes):
    UserFactory(username="receiver", phone="13800138000")
    dice = random.Random(8)
    with serving(GatewaySink()) as sink:
        processes.environment = {"GATEWAY_URL": sink.url}
        relays = [processes.act("relay") for _number in range(4)]
        for batch in range(5):
            sender = processes.act("notifier", batch, 20)
            assert until(lambda batch=batch: owed(batch) >= 5, 20), processes.logs()
            time.sleep(dice.uniform(0, 0.05))
            processes.kill(sender)
            place = dice.randrange(4)
            processes.kill(relays[place])
            relays[place] = processes.act("relay")
        sender = processes.act("notifier", "last", 20)
        assert sender.wait(30) == 0, processes.logs()
        unsent = Delivery.objects.exclude(state=Delivery.State.SENT)
        assert until(lambda: not unsent.exists(), 40), processes.logs()
        processes.kill_all()
        keys = sink.keys()
    owed_keys = {f"notice-{pk}" for pk in Delivery.objects.values_list("notification_id", flat=True)}
    assert len(owed_keys) >= 45
    assert set(keys) == owed_keys
    # At least once on the wire; the key makes it exactly once for the receiver.
    assert len(keys) - len(set(keys)) <= 5


def owed(batch):
    return Delivery.objects.filter(notification__event_key__startswith=f"{batch}:").count()


def test_no_edit_is_lost_when_four_people_edit_the_same_row(processes, unit):
    UserFactory(username="edited", organisation=unit)
    UserFactory(username="keeper", roles=["sysadmin"])
    before = User.objects.get(username="edited").version
    editors = [processes.act("editor", "edited", "keeper", 10) for _number in range(4)]
    assert [editor.wait(60) for editor in editors] == [0] * 4, processes.logs()
    edited = User.objects.get(username="edited")
    assert edited.title == "*" * 40
    assert edited.version == before + 40
    assert AuditEvent.objects.filter(action="user.update").count() == 40
    audit_chain.seal_events(AuditEvent.objects.latest("at").at)
    assert audit_chain.verify().ok


def test_numbers_have_neither_gap_nor_double_though_issues_are_given_up_and_killed(processes, ledger):
    dice = random.Random(11)
    issuers = [processes.act("numberer", "云营商办", seed, 60) for seed in range(6)]
    assert until(lambda: len(ledger.effects("云营商办")) >= 20, 30), processes.logs()
    for _number in range(3):
        time.sleep(dice.uniform(0, 0.3))
        processes.kill(issuers[dice.randrange(6)])
    for issuer in issuers:
        issuer.wait(60)
    processes.act("numberer", "另一系列", 99, 10).wait(30)
    numbers = sorted(int(number) for number in ledger.effects("云营商办"))
    assert numbers == list(range(1, len(numbers) + 1))
    assert NumberSeries.objects.get(series="云营商办").value == len(numbers)
    others = sorted(int(number) for number in ledger.effects("另一系列"))
    assert others == list(range(1, len(others) + 1))
