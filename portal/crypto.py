"""Encrypt single fields (personal data, second-factor seeds) with keys that can be rotated.

A stored value reads `v1:<key id>:<nonce>:<ciphertext>`: AES-256-GCM, with the
field it belongs to as associated data, so that a value copied into another
column does not decrypt. The first key of `FIELD_KEYS` encrypts, every key in it
decrypts.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The value was not written with a key of ours, or not for this field, or was altered."""


@dataclass(frozen=True)
class Key:
    """One entry of the keyring: what encrypts, and what makes blind indexes."""

    name: str
    cipher: AESGCM
    index_secret: bytes


@lru_cache(maxsize=8)
def _read_keyring(text: str) -> dict[str, Key]:
    """Return the keys of `id:base64,id:base64` in their order."""
    ring: dict[str, Key] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = entry.partition(":")
        try:
            secret = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"FIELD_KEYS 中的密钥 {name} 不是 base64") from error
        if not name.isalnum() or len(secret) != KEY_BYTES or name in ring:
            raise ImproperlyConfigured("FIELD_KEYS 应为「编号:32字节的base64」，编号不重复，逗号分隔")
        index_secret = hmac.digest(secret, b"portal.blind-index", sha256)
        ring[name] = Key(name, AESGCM(secret), index_secret)
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS 为空")
    return ring


def _keyring() -> dict[str, Key]:
    return _read_keyring(settings.FIELD_KEYS)


def _current_key() -> Key:
    return next(iter(_keyring().values()))


def encrypt(text: str, context: str) -> str:
    """Return `text` encrypted for the field `context` (such as "portal.user.totp").

    Two calls with the same text give different values.
    """
    key, nonce = _current_key(), secrets.token_bytes(NONCE_BYTES)
    sealed = key.cipher.encrypt(nonce, text.encode(), context.encode())
    return ":".join((VERSION, key.name, _to_text(nonce), _to_text(sealed)))


def decrypt(token: str, context: str) -> str:
    """Return the text behind `token`; raise `CannotDecrypt` rather than return anything else."""
    try:
        version, name, nonce, sealed = token.split(":")
        if version != VERSION:
            raise CannotDecrypt(f"格式 {version} 不认识")
        key = _keyring()[name]
        return key.cipher.decrypt(_to_bytes(nonce), _to_bytes(sealed), context.encode()).decode()
    except KeyError as error:
        raise CannotDecrypt(f"缺少密钥 {error.args[0]}") from error
    except (ValueError, InvalidTag) as error:
        raise CannotDecrypt("密文损坏，或不属于该字段") from error


def current_prefix() -> str:
    """Return how every value written with the present key begins; columns are searched for what does not."""
    return f"{VERSION}:{_current_key().name}:"


def is_current(token: str) -> bool:
    """Tell whether `token` was written with the key that encrypts now; if not, rotation rewrites it."""
    return token.startswith(current_prefix())


def rewrap(token: str, context: str) -> str:
    """Return `token` encrypted with the present key; the same token when it already is."""
    return token if is_current(token) else encrypt(decrypt(token, context), context)


def blind_index(text: str, context: str) -> str:
    """Return a keyed digest under which an encrypted value can be found again by an exact match."""
    return _digest(_current_key(), text, context)


def blind_indexes(text: str, context: str) -> list[str]:
    """Return the digest under every key, newest first: search with these while a rotation is under way."""
    return [_digest(key, text, context) for key in _keyring().values()]


def _digest(key: Key, text: str, context: str) -> str:
    message = f"{context}\0{text}".encode()
    return hmac.new(key.index_secret, message, sha256).hexdigest()


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _to_bytes(text: str) -> bytes:
    """Decode what `_to_text` wrote; any other spelling of the same bytes is refused."""
    data = base64.urlsafe_b64decode(text)
    if _to_text(data) != text:
        raise ValueError(text)
    return data
