"""Forms of what is done to many cases at once."""

from __future__ import annotations

from typing import Any

from django import forms

from complaints.forms.routing import AssignForm, MergeForm
from complaints.forms.steps import note_field


class ManyAssignForm(AssignForm):
    """The units that get all the chosen cases."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"], self.fields["confirmed_masked"]


class ManyNoteForm(forms.Form):
    """One note that is written into every chosen case."""

    note = note_field("办理情况")


class ManyMergeForm(MergeForm):
    """The case that is kept; the other chosen ones go into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]
