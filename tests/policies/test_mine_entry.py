"""Entering an enterprise's page: only with the newest code, once, in time, for the own page; guessing tells nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.utils import timezone

from policies.models import CodeScan, Correction, EnterpriseCode, OneTimeCode, OutgoingMail
from policies.one_time_codes import ALPHABET, LENGTH, new_code, normalise, printed
from policies.services.enterprise_codes import masked, open_page, renew_page, set_email, switch_page
from policies.services.enterprise_entry import ENDED, WRONG_CODE
from policies.services.outgoing_mail import deliver_mail
from portal.models import AuditEvent, Enterprise
from tests.conftest import NOW, TODAY
from tests.factories_policies import KnownEnterpriseFactory
from tests.policies.mine import Mine, mailed, paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work(on_the_day, settings):
    settings.MAIL_CHANNEL = True


@pytest.fixture
def door(holder, officer):
    return open_page(holder, actor=officer, email="office@hengli.example.com")


@pytest.fixture
def other(officer):
    return open_page(KnownEnterpriseFactory(name="云溪县东山食品有限公司"), actor=officer)


@pytest.fixture
def phone():
    return Mine()


def words(answer):
    return answer.content.decode()


def test_a_code_is_drawn_from_letters_that_nobody_mistakes_and_read_in_any_spelling():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {LENGTH}
    assert set("".join(codes)) <= set(ALPHABET)
    code = new_code()
    assert normalise(f" {printed(code).lower()} ") == code
    assert normalise(code.translate({ord(a): ord(a) + 0xFEE0 for a in code})) == code


@pytest.mark.parametrize(
    ("email", "shown"),
    [("office@hengli.example.com", "o***@h***.com"), ("", ""), ("无", ""), ("a@b", "")],
)
def test_an_address_is_shown_so_that_only_its_owner_knows_it(email, shown):
    assert masked(email) == shown


def test_the_gate_names_the_enterprise_and_nothing_else(phone, door):
    said = words(phone.get("mine_gate", door.code))
    assert door.enterprise.name in said
    assert "o***@h***.com" in said
    assert "office@" not in said
    assert door.enterprise.credit_code not in said


def test_a_mailed_code_opens_the_page_once(phone, door):
    phone.post("mine_send", door.code)
    code = mailed()
    assert mail.outbox[-1].to == ["office@hengli.example.com"]
    assert phone.try_code(door, code.lower()).status_code == 302
    assert door.enterprise.credit_code in words(phone.get("mine"))
    again = Mine("203.0.113.10").try_code(door, code)
    assert again.status_code == 422
    assert WRONG_CODE in words(again)


def test_a_code_on_paper_opens_the_page_once(phone, door, officer):
    code = paper(door, officer)
    assert phone.try_code(door, code).status_code == 302
    assert Mine("203.0.113.10").try_code(door, code).status_code == 422


def test_every_code_that_opens_nothing_is_answered_alike(door, other, officer):
    """Wrong, used, expired, replaced, another enterprise's: the same status, words and length."""
    used, foreign = paper(door, officer), paper(other, officer)
    assert Mine("203.0.113.1").try_code(door, used).status_code == 302
    replaced = paper(door, officer)
    expired = paper(door, officer)
    OneTimeCode.objects.filter(page=door, used_at=None, ended_at=None).update(expires_at=timezone.now())
    answers = [
        Mine(f"203.0.113.{20 + place}").try_code(door, code)
        for place, code in enumerate([new_code(), used, foreign, replaced, expired])
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert {answer.context["form"].errors["code"][0] for answer in answers} == {WRONG_CODE}


def test_five_wrong_codes_from_one_network_are_enough_for_a_quarter_of_an_hour(phone, door, officer):
    answers = [phone.try_code(door, new_code()) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {422}
    code = paper(door, officer)
    assert phone.try_code(door, code).status_code == 429
    assert Mine("203.0.113.10").try_code(door, code).status_code == 302
    with time_machine.travel(NOW + timedelta(minutes=16)):
        assert phone.try_code(door, paper(door, officer)).status_code == 302


def test_many_networks_together_guess_no_more_than_fifty_an_hour(door, officer):
    for place in range(50):
        Mine(f"198.51.100.{place}").try_code(door, new_code())
    assert Mine("203.0.113.77").try_code(door, paper(door, officer)).status_code == 429


def test_wrong_tries_and_entries_are_on_record(phone, door, officer):
    phone.try_code(door, new_code())
    phone.enter(door, officer)
    found = AuditEvent.objects.filter(action__startswith="enterprise_code.").values_list("action", "outcome")
    assert ("enterprise_code.refused", "denied") in found
    assert ("enterprise_code.enter", "ok") in found
    assert ("enterprise_code.hand_out", "ok") in found


@pytest.mark.parametrize(
    "typed", ["", "   ", "1", "A" * 5000, "' OR 1=1 --", "<script>alert(1)</script>", "\x00" * 12, "码" * 12]
)
def test_whatever_is_typed_is_answered_with_a_sentence(phone, door, typed):
    answer = phone.try_code(door, typed)
    assert answer.status_code == 422
    assert "<script>alert" not in words(answer)
    assert answer.context["form"].errors["code"]


def test_unknown_renewed_and_disabled_codes_open_the_same_closed_door(phone, door, officer):
    former = door.code
    renew_page(door, actor=officer)
    switch_page(door, actor=officer, active=False)
    for code in ("nothing", former, door.code):
        answer = phone.get("mine_gate", code)
        assert answer.status_code == 404
        assert ENDED in words(answer)
        assert phone.post("mine_send", code).status_code == 404
        assert phone.post("mine_gate", code, code=new_code()).status_code == 404


@pytest.mark.parametrize("end", ["renew", "disable", "revoked"])
def test_whoever_is_inside_is_outside_once_the_code_ends(phone, door, officer, end):
    phone.enter(door, officer)
    if end == "renew":
        renew_page(door, actor=officer)
    elif end == "disable":
        switch_page(door, actor=officer, active=False)
    else:
        Enterprise.objects.filter(pk=door.enterprise_id).update(state="revoked", state_on=TODAY)
    answer = phone.get("mine")
    assert answer.status_code == 302
    assert door.enterprise.credit_code not in words(answer)


def test_codes_that_were_given_out_end_with_renewing(phone, door, officer):
    code = paper(door, officer)
    renew_page(door, actor=officer)
    assert phone.try_code(door, code).status_code == 422


def test_after_half_an_hour_the_code_is_asked_for_again(phone, door, officer):
    phone.enter(door, officer)
    with time_machine.travel(NOW + timedelta(minutes=29)):
        assert phone.get("mine").status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=31)):
        answer = phone.post("mine_correct", about="name", stated="x", basis="y")
        assert answer.url.endswith(f"/e/{door.code}/")
        assert not Correction.objects.exists()
        assert phone.get("mine").status_code == 404


def test_leaving_closes_the_page(phone, door, officer):
    phone.enter(door, officer)
    phone.post("mine_leave")
    assert phone.get("mine").status_code == 404


def test_entering_changes_the_session_and_keeps_nothing_readable_in_it(phone, door, officer):
    phone.get("mine_gate", door.code)
    phone.client.session.save()
    phone.client.cookies["sessionid"] = phone.client.session.session_key
    before = phone.client.session.session_key
    phone.enter(door, officer)
    assert phone.client.session.session_key != before
    kept = str(Session.objects.get(pk=phone.client.session.session_key).get_decoded())
    assert door.code not in kept
    assert door.enterprise.name not in kept


def test_only_digests_and_sealed_words_are_kept(phone, door, officer):
    phone.post("mine_send", door.code)
    on_paper = paper(door, officer)
    row = OutgoingMail.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, content FROM policies_outgoingmail")
        kept = str(cursor.fetchall())
    code = mailed()
    digests = set(OneTimeCode.objects.values_list("digest", flat=True))
    for plain in (code, code.replace("-", ""), on_paper, "office@hengli"):
        assert plain not in kept
        assert plain not in digests
    row.refresh_from_db()
    assert (row.state, row.address, row.content) == ("sent", "", "")
    assert "office@hengli" not in EnterpriseCode.objects.get().email


def test_a_mailbox_is_not_filled(phone, door):
    for _ in range(4):
        phone.post("mine_send", door.code)
    deliver_mail(TODAY)
    assert len(mail.outbox) == 1, "the newest code is the one that counts"
    assert OneTimeCode.objects.count() == 3
    Mine("203.0.113.10").post("mine_send", door.code)
    assert OneTimeCode.objects.count() == 3


def test_another_address_ends_what_is_on_its_way_to_the_former_one(phone, door, officer):
    phone.post("mine_send", door.code)
    set_email(door, "boss@hengli.example.com", actor=officer)
    deliver_mail(TODAY)
    assert mail.outbox == []
    phone.post("mine_send", door.code)
    mailed()
    assert mail.outbox[-1].to == ["boss@hengli.example.com"]


def test_without_address_or_mail_server_the_page_says_where_to_get_a_code(phone, door, other, settings):
    assert "领取纸质一次性码" in words(phone.get("mine_gate", other.code))
    settings.MAIL_CHANNEL = False
    said = words(phone.get("mine_gate", door.code))
    assert "尚未开通邮件发送" in said
    assert "发送一次性码" not in said
    phone.post("mine_send", door.code)
    assert not OutgoingMail.objects.exists()


def test_scans_are_counted_by_day_and_not_without_end(phone, door):
    for _ in range(33):
        phone.get("mine_gate", door.code)
    assert CodeScan.objects.get().count == 30


def test_a_forged_session_opens_nothing(phone, door, officer):
    phone.enter(door, officer)
    session = phone.client.session
    session["mine"] = session["mine"][:-4] + "AAA="
    session.save()
    assert phone.get("mine").status_code == 404
