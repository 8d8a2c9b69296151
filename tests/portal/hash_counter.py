"""The real password hasher, which also counts how often it was made to work."""

from django.contrib.auth.hashers import Argon2PasswordHasher

computed: list[str] = []


class CountingHasher(Argon2PasswordHasher):
    """`computed` gets one entry for each hash that was computed to make or to check a password."""

    def encode(self, password, salt):
        computed.append("encode")
        return super().encode(password, salt)

    def verify(self, password, encoded):
        computed.append("verify")
        return super().verify(password, encoded)
