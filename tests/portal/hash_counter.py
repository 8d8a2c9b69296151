"""Argon2 as in production but counting, and Argon2 made cheap for tests that log in many times."""

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


class QuickHasher(Argon2PasswordHasher):
    """The same algorithm with the least cost it allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


QUICK = ["tests.portal.hash_counter.QuickHasher"]
