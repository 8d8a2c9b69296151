"""The portal's addresses and a bare view to compare them with."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.access import public


@public
def bare(request: HttpRequest) -> HttpResponse:
    """Answer at once: what the server and the middleware cost by themselves."""
    return HttpResponse("ok")


urlpatterns = [path("bare/", bare), path("", include("portal.urls"))]
