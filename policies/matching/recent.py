"""Columns kept for a while, so that the count beside a form follows the form.

While a clerk edits conditions the same columns are asked for again and again. They are kept in the cache
for `KEPT_SECONDS`, and come there from what the nightly match kept while the register has not changed
since (`stored`), else from the register. Who needs the register as it is this moment reads it by
`reading.read_columns`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from django.core.cache import cache

from policies.matching.columns import Columns, Needs
from policies.matching.reading import Register, read_fact, read_label, read_register
from policies.matching.stored import fact_name, label_name, stored_columns, stored_register

KEPT_SECONDS: Final = 120
PREFIX: Final = "policies.columns"


def recent_columns(on: date, needs: Needs) -> Columns:
    """Return the columns of the day `on`, at most `KEPT_SECONDS` behind the register.

    Facts and labels are kept under the token of the register they were read for:
    their places are those of its keys.
    """
    facts = {fact_name(fact): fact for fact in needs.facts}
    labels = {label_name(label): label for label in needs.labels}
    token, register = _register(on)
    found = _kept(token, [*facts, *labels], on)
    fresh: dict[str, Any] = {
        name: read_fact(fact, on, register.keys) for name, fact in facts.items() if name not in found
    }
    for name, label in labels.items():
        if name not in found:
            fresh[name] = read_label(label, on, register.keys)
    _keep(token, fresh, on)
    found |= fresh
    return Columns(
        on,
        register.keys,
        register.texts,
        register.founded,
        {fact: found[name] for name, fact in facts.items()},
        {label: found[name] for name, label in labels.items()},
    )


def _register(on: date) -> tuple[str, Register]:
    kept: tuple[str, Register] | None = cache.get(f"{PREFIX}.register.{on}")
    if kept is None:
        kept = stored_register(on) or (secrets.token_hex(8), read_register())
        cache.set(f"{PREFIX}.register.{on}", kept, KEPT_SECONDS)
    return kept


def _kept(token: str, names: Collection[str], on: date) -> dict[str, Any]:
    """Return those of the named columns that are kept with the register, in the cache or since the night."""
    keys = {_key(token, on, name): name for name in names}
    found = {keys[key]: column for key, column in cache.get_many(keys).items()}
    if missing := [name for name in names if name not in found]:
        stored = stored_columns(token, missing)
        _keep(token, stored, on)
        found |= stored
    return found


def _keep(token: str, columns: Mapping[str, Any], on: date) -> None:
    if columns:
        cache.set_many({_key(token, on, name): column for name, column in columns.items()}, KEPT_SECONDS)


def _key(token: str, on: date, name: str) -> str:
    return f"{PREFIX}.{token}.{on}.{name.replace(':', '.')}"
