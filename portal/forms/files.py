"""A form field that takes several files, for the pages whose rows carry evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal import file_kinds


class FilesInput(forms.ClearableFileInput):
    """A file input for several files; names the extensions so that the desktop's dialog filters."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"accept": file_kinds.ACCEPT, "class": "field__input field__input--files", **(attrs or {})}
        )


class FilesField(forms.FileField):
    """Cleans to a list of uploads, empty where none were sent.

    Only what concerns the form is checked here (number, size, extension, all of them in
    sentences that name the file); the content is examined by `services.files.store_upload`.
    """

    widget = FilesInput

    def __init__(self, *, label: str = "附件", required: bool = False, help_text: str = "") -> None:
        limit = file_kinds.MAX_BYTES // file_kinds.MB
        super().__init__(
            label=label,
            required=required,
            allow_empty_file=True,
            help_text=help_text
            or f"{file_kinds.ACCEPTED_LABEL}，单个不超过 {limit} MB，至多 {file_kinds.MAX_PER_ROW} 个",
            error_messages={"required": f"请上传{label}。"},
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if not sent:
            super().clean(None, initial)
            return []
        if len(sent) > file_kinds.MAX_PER_ROW:
            raise forms.ValidationError(f"一次至多上传 {file_kinds.MAX_PER_ROW} 个文件，请分次上传。")
        problems = [problem for upload in sent if (problem := _problem_with(upload))]
        if problems:
            raise forms.ValidationError(problems)
        return [super(FilesField, self).clean(upload, initial) for upload in sent]


def _problem_with(upload: UploadedFile) -> str:
    name = file_kinds.clean_name(upload.name or "")
    if file_kinds.extension_of(name) not in file_kinds.KINDS:
        return f"「{name}」不在可上传的类型内。请上传{file_kinds.ACCEPTED_LABEL}。"
    if (upload.size or 0) > file_kinds.MAX_BYTES:
        return f"「{name}」超过 {file_kinds.MAX_BYTES // file_kinds.MB} MB，请压缩图片或拆分后上传。"
    return ""
