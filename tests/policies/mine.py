"""An enterprise at its own page: a phone, its code, and what the last mail says."""

import re

from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from policies.services.enterprise_codes import hand_out
from policies.services.outgoing_mail import deliver_mail
from tests.conftest import TODAY

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


class Mine:
    """A browser without an account."""

    def __init__(self, address="203.0.113.9"):
        self.client = Client(REMOTE_ADDR=address)

    def get(self, name, *arguments):
        return self.client.get(reverse(f"policies:{name}", args=arguments))

    def post(self, name, *arguments, **data):
        return self.client.post(reverse(f"policies:{name}", args=arguments), data)

    def try_code(self, page, code):
        return self.post("mine_gate", page.code, code=code)

    def enter(self, page, officer):
        """Enter with a code that the office has just handed out."""
        answer = self.try_code(page, paper(page, officer))
        assert answer.url == reverse("policies:mine")
        return self.get("mine")


def paper(page, officer):
    return hand_out(page, actor=officer, now=timezone.now()).code


def mailed():
    """Send what is owed and return the code in the newest mail."""
    deliver_mail(TODAY)
    return CODE.search(mail.outbox[-1].body).group()
