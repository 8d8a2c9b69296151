"""Answers to refused and failed requests: a sentence in Chinese, never a traceback; at the API in its own shape."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from portal.api.errors import body

# What the API says; the pages' sentences stand in their templates.
SENTENCES = {
    400: ("bad_request", "请求内容不完整或有误"),
    403: ("permission_denied", "无权访问该接口"),
    404: ("not_found", "没有找到，或您无权查看"),
    413: ("too_large", "提交的内容过大，请分次提交"),
    500: ("server_error", "系统出错，请求没有完成"),
    503: ("unavailable", "系统暂时无法使用，请稍后再试"),
}
RETRY_AFTER_SECONDS = "30"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database does not, 500 for a fault of ours."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return _answer(request, 500)
    response = _answer(request, 503)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, template="403_csrf.html")


def _answer(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    """Render without the request: what the pages' frame asks of the database may be what has just failed."""
    if request.path.startswith("/api/"):
        return JsonResponse(body(*SENTENCES[status]), status=status)
    return HttpResponse(render_to_string(template or f"{status}.html"), status=status)
