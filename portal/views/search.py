"""One search over everything the person may read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.access import signed_in
from portal.http import PortalRequest
from portal.selectors.search import search_everywhere

SHORTEST = 2
LONGEST = 60
PER_GROUP = 8


@signed_in
@require_GET
def search(request: PortalRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").split())[:LONGEST]
    too_short = len(text.replace(" ", "")) < SHORTEST
    groups = [] if too_short else search_everywhere(request.user, text, PER_GROUP)
    context = {"text": text, "too_short": too_short, "groups": groups}
    return render(request, "portal/search.html", context)
