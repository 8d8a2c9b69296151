"""One shape for every error: `{"error": {"code", "message", "fields"}}`.

`code` is a stable English word, `message` a Chinese sentence, `fields` maps a
field to its sentences (empty unless the input was refused).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.errors import Conflict, Refused
from portal.models import AuditEvent, User
from portal.services import audit
from portal.services.throttles import Throttled

MESSAGES = {
    "not_authenticated": "请先登录或提供有效令牌",
    "authentication_failed": "令牌无效或已停用",
    "permission_denied": "无权访问该接口",
    "not_found": "没有找到，或您无权查看",
    "method_not_allowed": "该接口不支持这种请求方式",
    "unsupported_media_type": "请求格式不支持，请使用 JSON",
    "parse_error": "请求内容不是合法的 JSON",
    "throttled": "请求过于频繁，请稍后再试",
    "error": "请求未能处理",
}


def body(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into the documented shape; None leaves it to Django (a fault of ours)."""
    if isinstance(error, Conflict):
        return Response(body("conflict", str(error), error.theirs), status=status.HTTP_409_CONFLICT)
    if isinstance(error, Throttled):
        return Response(body("throttled", str(error)), status=status.HTTP_429_TOO_MANY_REQUESTS)
    if isinstance(error, Refused):
        return Response(body("refused", str(error)), status=status.HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.PermissionDenied):
        _record_refusal(context["request"])
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        response.data = body("invalid", "输入有误，请按提示修改", fields)
    else:
        code = error.default_code
        response.data = body(code, MESSAGES.get(code, MESSAGES["error"]))
    return response


def _record_refusal(request: Request) -> None:
    """Write down that somebody signed in called what is not for him, as the pages do."""
    if isinstance(request.user, User):
        audit.record(
            None,
            "api.refused",
            actor=request.user,
            changes={"path": request.path, "method": request.method},
            outcome=AuditEvent.Outcome.DENIED,
        )
