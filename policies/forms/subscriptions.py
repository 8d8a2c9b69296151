"""What somebody fills in to be told of new policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from policies.services.enterprise_codes import EMAIL_LENGTH, clean_email
from portal.errors import Refused
from portal.forms.styles import Styled
from portal.models import Topic


class SubscribeForm(Styled, forms.Form):
    """An address and the fields of work it wants to hear of."""

    topics = forms.MultipleChoiceField(label="关注哪些领域", widget=forms.CheckboxSelectMultiple)
    email = forms.CharField(
        label="邮箱",
        max_length=EMAIL_LENGTH,
        help_text="先发一封确认邮件，点开其中的链接后订阅才生效",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, offered: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered = {topic.code: topic for topic in offered}
        topics = self.fields["topics"]
        if isinstance(topics, forms.MultipleChoiceField):
            topics.choices = [(topic.code, topic.name) for topic in offered]

    def clean_email(self) -> str:
        try:
            return clean_email(self.cleaned_data["email"])
        except Refused as error:
            raise forms.ValidationError(str(error)) from error

    def wanted(self) -> list[Topic]:
        """Return the fields of work that were chosen."""
        return [self._offered[code] for code in self.cleaned_data["topics"]]
