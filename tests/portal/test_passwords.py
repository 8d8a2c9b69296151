"""The password rules (IA-2), against an oracle written another way, and what each rule means."""

import string
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal import passwords
from portal.models import Organisation, User
from tests.factories import PASSWORD, UserFactory

PERSON = User(
    username="LuZhixing",
    name="陆致行",
    phone="13800001007",
    email="lzx_2020@example.gov.cn",
    organisation=Organisation(code="zhujianju", name="云溪县住房和城乡建设局", short_name="县住建局"),
)
COMMON_WORDS = ["password", "sunshine", "1234567890", "qwerty", "iloveyou", "dragon"]


# Every rule but the memory of former passwords, which needs the database.
RULES = (
    passwords.LengthValidator(),
    passwords.CharacterClassValidator(),
    passwords.PersonalValidator(),
    passwords.CommonValidator(),
)


def problem(password, user=PERSON):
    """Return the code of the first rule that is broken, or None."""
    try:
        for rule in RULES:
            rule.validate(password, user)
    except ValidationError as error:
        return error.code
    return None


def oracle(password):
    """The same rules, stated letter by letter without regular expressions."""
    kinds = {kind(letter) for letter in password}
    plain = "".join(letter for letter in password.lower() if letter.isalnum())
    pieces = {"陆致行", "县住建局"}
    for word in ("luzhixing", "13800001007", "lzx2020", "zhujianju", "云溪县住房和城乡建设局"):
        pieces |= {word[start : start + 5] for start in range(len(word) - 4)}
    given_away = any(piece in plain for piece in pieces)
    return 10 <= len(password) <= 128 and len(kinds) >= 3 and not given_away and not common(password)


def kind(letter):
    for name in ("ascii_lowercase", "ascii_uppercase", "digits"):
        if letter in getattr(string, name):
            return name
    return "other"


def common(password):
    text = password.lower().strip()
    listed = passwords.common_passwords()
    if text in listed:
        return True
    for alphabet in (string.ascii_lowercase, string.digits):
        places = [place for place, letter in enumerate(text) if letter in alphabet]
        if places:
            core = text[places[0] : places[-1] + 1]
            if core in listed and len(core) * 2 >= len(text):
                return True
    return False


fragments = st.one_of(
    st.sampled_from(
        ["zhixing", "Zhixi", "hixing", "13800", "3800001", "陆致行", "县住建局", "jianju", "lzx_20"]
    ),
    st.sampled_from(COMMON_WORDS),
    st.text(string.ascii_lowercase, max_size=5),
    st.text(string.ascii_uppercase, max_size=3),
    st.text(string.digits, max_size=4),
    st.text(string.punctuation + " ", max_size=3),
    st.text(max_size=3),
)


@hypothesis_settings(max_examples=5000)
@given(st.one_of(st.lists(fragments, max_size=6).map("".join), st.text(max_size=140)))
def test_five_thousand_passwords_are_judged_as_by_the_oracle(password):
    assert (problem(password) is None) is oracle(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short-7", "too_short"),
        ("Ab-4" * 33, "too_long"),
        ("onlylowercase2023", "too_few_classes"),
        ("ONLYUPPER-CASE", "too_few_classes"),
        ("Xx-LuZhixing-88", "personal"),
        ("Xx-zhi.xing-884", "personal"),
        ("Mima-13800001007", "personal"),
        ("陆致行Abc12345", "personal"),
        ("Zhujianju#2023", "personal"),
        ("Sunshine2023!", "common"),
        ("Aa1234567890", "common"),
        ("P4-Admin", "too_short"),
    ],
)
def test_what_is_refused_and_why(password, code):
    assert problem(password) == code


@pytest.mark.parametrize(
    "password", ["Correct-horse-7", "春眠不觉晓Abc-19", "kd7m-Rw4p-Xe9t", "Aa-" + "x" * 125]
)
def test_what_is_accepted(password):
    assert problem(password) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "least"), [("sysadmin", 12), ("security", 12), ("auditor", 12), ("office", 10)]
)
def test_the_three_duties_need_twelve_characters(role, least):
    person = UserFactory(roles=[role])
    assert problem("Qm-7" + "v" * (least - 5), person) == "too_short"
    assert problem("Qm-7" + "v" * (least - 4), person) is None


@pytest.mark.django_db
def test_none_of_the_last_five_nor_the_present_password_comes_back():
    person = UserFactory()
    former = [f"Former-word-{n}" for n in range(6)]
    for n, password in enumerate(former):
        row = person.passwords.create(password=make_password(password, hasher="pbkdf2_sha256"))
        person.passwords.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=60 - n))
    rule = passwords.ReuseValidator()
    for password in (PASSWORD, *former[1:]):
        with pytest.raises(ValidationError, match="最近 5 次"):
            rule.validate(password, person)
    rule.validate(former[0], person)


@pytest.mark.django_db
def test_the_settings_name_every_rule_and_the_page_can_list_them():
    person = UserFactory(username="tanjinghe")
    for password in ("Short-7", "onlylowercase2023", "Tanjinghe-88", "Sunshine2023!", PASSWORD):
        with pytest.raises(ValidationError):
            validate_password(password, person)
    validate_password("Quiet-river-19", person)


def test_the_other_profile_asks_for_length_and_nothing_else(settings):
    assert problem("lower case words only") is not None
    settings.PASSWORD_PROFILE = "asvs"
    assert problem("lower case words only") is None
    assert problem("Aa-345678xy") is not None
    assert not passwords.current_profile().expires
