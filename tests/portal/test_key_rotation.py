"""Changing the key of the encrypted fields while the portal runs (DC-1)."""

import base64
import secrets
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.crypto import encrypt, is_current
from portal.models import AuditEvent, User
from portal.services import second_factor
from portal.services.key_rotation import rotate_keys
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def key(name):
    return f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def keys(settings):
    """Seeds written with the old key; then a new one is put first."""
    old, new = key("k1"), key("k2")
    settings.FIELD_KEYS = old
    for number in range(5):
        UserFactory(totp_secret=encrypt(f"SEED{number}", second_factor.CONTEXT))
    UserFactory()
    settings.FIELD_KEYS = f"{new},{old}"
    return old, new


def seeds():
    return sorted(second_factor.seed_of(user) for user in User.objects.exclude(totp_secret=""))


def test_every_seed_is_readable_before_during_and_after_and_the_old_key_can_go(keys, settings):
    expected = [f"SEED{number}" for number in range(5)]
    assert seeds() == expected
    assert second_factor.rewrap_seeds(limit=2) == 2
    assert seeds() == expected
    assert rotate_keys() == 3
    settings.FIELD_KEYS = keys[1]
    assert seeds() == expected
    assert all(
        is_current(seed)
        for seed in User.objects.exclude(totp_secret="").values_list("totp_secret", flat=True)
    )


def test_a_second_run_changes_and_records_nothing(keys):
    assert rotate_keys() == 5
    assert rotate_keys() == 0
    assert AuditEvent.objects.get(action="keys.rotate").changes == {"count": 5}


def test_the_command_says_how_many_and_what_to_keep(keys):
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "5 条" in out.getvalue()


def test_without_the_old_key_nothing_is_touched_and_the_missing_one_is_named(keys, settings):
    before = sorted(User.objects.values_list("totp_secret", flat=True))
    settings.FIELD_KEYS = keys[1]
    with pytest.raises(CommandError, match="缺少密钥 k1"):
        call_command("rotate_keys")
    assert sorted(User.objects.values_list("totp_secret", flat=True)) == before
