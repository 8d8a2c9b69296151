"""Field encryption: what was written comes back, and nothing else ever does."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from portal import crypto

CONTEXT = "portal.user.totp"


def key(name, fill):
    return f"{name}:{base64.urlsafe_b64encode(bytes([fill]) * 32).decode()}"


OLD, NEW, FOREIGN = key("k1", 1), key("k2", 2), key("k1", 9)


@pytest.fixture(autouse=True)
def _keyring(settings):
    settings.FIELD_KEYS = OLD


@given(st.text())
def test_every_text_comes_back(text):
    assert crypto.decrypt(crypto.encrypt(text, CONTEXT), CONTEXT) == text


def test_the_stored_value_names_version_and_key_and_hides_the_text():
    token = crypto.encrypt("13800001007", CONTEXT)
    assert token.startswith("v1:k1:")
    assert "13800001007" not in token


def test_the_same_text_is_never_stored_alike_twice():
    assert crypto.encrypt("a", CONTEXT) != crypto.encrypt("a", CONTEXT)


def test_a_value_copied_into_another_field_does_not_decrypt():
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(crypto.encrypt("张三", "complaints.identity.name"), "complaints.identity.phone")


def test_a_wrong_key_raises_and_never_shows_the_ciphertext(settings):
    token = crypto.encrypt("张三", CONTEXT)
    settings.FIELD_KEYS = FOREIGN
    with pytest.raises(crypto.CannotDecrypt) as caught:
        crypto.decrypt(token, CONTEXT)
    assert token.rpartition(":")[2] not in str(caught.value)


def test_a_lost_key_is_named(settings):
    token = crypto.encrypt("张三", CONTEXT)
    settings.FIELD_KEYS = NEW
    with pytest.raises(crypto.CannotDecrypt, match="k1"):
        crypto.decrypt(token, CONTEXT)


def test_another_spelling_of_the_same_bytes_is_noticed():
    token = crypto.encrypt("张三", CONTEXT)
    assert token.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbour = alphabet[alphabet.index(token[-3]) ^ 1]
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(f"{token[:-3]}{neighbour}==", CONTEXT)


@given(st.data())
def test_one_changed_character_is_noticed(data):
    token = crypto.encrypt("张三", CONTEXT)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("0Aaz9:=é"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(crypto.CannotDecrypt):
            crypto.decrypt(changed, CONTEXT)


@pytest.mark.parametrize(
    "token", ["", "plain text", "v1:k1:::", "v1:k1:AAAA", "v2:k1:AAAA:AAAA", "v1:k1:%%:%%"]
)
def test_what_is_no_token_is_refused(token):
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(token, CONTEXT)


def test_rotation_keeps_every_value_readable_before_during_and_after(settings):
    texts = [f"138{n:08d}" for n in range(500)]
    rows = [crypto.encrypt(text, CONTEXT) for text in texts]

    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert [crypto.decrypt(row, CONTEXT) for row in rows] == texts
    half = [crypto.rewrap(row, CONTEXT) for row in rows[:250]] + rows[250:]
    assert [crypto.decrypt(row, CONTEXT) for row in half] == texts
    assert [crypto.is_current(row) for row in half] == [True] * 250 + [False] * 250

    whole = [crypto.rewrap(row, CONTEXT) for row in half]
    assert whole[:250] == half[:250]
    settings.FIELD_KEYS = NEW
    assert [crypto.decrypt(row, CONTEXT) for row in whole] == texts


def test_a_blind_index_finds_equal_values_of_the_same_field_only():
    assert crypto.blind_index("13800001007", "phone") == crypto.blind_index("13800001007", "phone")
    assert crypto.blind_index("13800001007", "phone") != crypto.blind_index("13800001008", "phone")
    assert crypto.blind_index("13800001007", "phone") != crypto.blind_index("13800001007", "name")


def test_a_blind_index_of_the_old_key_is_still_found_during_a_rotation(settings):
    stored = crypto.blind_index("张三", "name")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert stored != crypto.blind_index("张三", "name")
    assert stored in crypto.blind_indexes("张三", "name")


@pytest.mark.parametrize("ring", ["", "k1", "k1:short", "k1:????", f"{OLD},{OLD}", "k 1:" + "A" * 43 + "="])
def test_a_broken_keyring_stops_the_portal_with_a_sentence(settings, ring):
    settings.FIELD_KEYS = ring
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        crypto.encrypt("x", CONTEXT)
