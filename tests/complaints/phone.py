"""A phone without an account: walks through the public form as a person does."""

import json

from django.test import Client
from django.urls import reverse

from portal import crypto

MATTER = {
    "problem": "hidden_permit",
    "title": "物流园区限高杆太低，货车进不去",
    "text": "10月20日起，园区东门新装了限高杆，货车要绕行西门。\r\n向园区反映，答复“等上级通知”。",
    "wishes": "恢复通行",
    "reported": "",
    "town": "",
}
NAMELESS = {"how": "anonymous"}
NAMED = {
    "how": "named",
    "name": "喆明远",
    "phone": "138-0013-8000",
    "company": "云溪县喆远食品有限公司",
    "credit_code": "",
    "consent": "on",
}


def address(name, *arguments):
    return reverse(f"complaints:{name}", args=arguments)


class Phone:
    """`host` is the network it is in; each phone has a browser of its own."""

    def __init__(self, host="203.0.113.7"):
        self.browser = Client(REMOTE_ADDR=host)

    def get(self, name, *arguments):
        return self.browser.get(address(name, *arguments))

    def post(self, name, values=None, **more):
        return self.browser.post(address(name), values or {}, **more)

    def sealed(self, name):
        """Return what the server keeps for this browser, opened."""
        kept = self.browser.session.get(name)
        return json.loads(crypto.decrypt(kept, f"complaints.public.{name}")) if kept else None

    def begin(self, *, kind="complaint", point=""):
        assert self.post("public_start", {"point": point}).url == address("public_kind")
        self.post("public_kind", {"kind": kind, "topic": ""})

    def write(self, *, kind="complaint", point="", person=NAMELESS, files=(), **matter):
        """Answer every screen up to the check page and open it."""
        self.begin(kind=kind, point=point)
        self.post("public_matter", MATTER | matter)
        self.post("public_person", person)
        self.post("public_photos", {"uploads": list(files)})
        return self.get("public_check")

    def send(self, **changes):
        """Press 提交 with the right answer to the question."""
        answer = self.sealed("report")["challenge"]["answers"][0]
        return self.post("public_check", {"true": "on", "answer": answer} | changes)

    def report(self, **answers):
        """Hand in a whole case and return its query code."""
        self.write(**answers)
        assert self.send().url == address("public_done")
        return self.sealed("receipt")["code"]
