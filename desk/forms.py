"""Choosing files: many at once, from the picker or dropped."""

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from desk.contents import ALLOWED_ENDINGS


class FilePicker(forms.ClearableFileInput):
    """A picker of several files that offers the types that are accepted; the server asks the content, not the name."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"multiple": True, "accept": ",".join(ALLOWED_ENDINGS), **(attrs or {})})


class FilesField(forms.FileField):
    """Zero or more uploaded files, as a list. What is wrong with one of them is the action's to say."""

    widget = FilePicker

    def __init__(self, **options: Any):
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files. The name is cleaned where it is kept, so its length is nobody's error."""
        files = [file for file in data or [] if file] if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not files:
            raise forms.ValidationError(_("Choose at least one file."), code="document_missing")
        return files


class FormKey(forms.UUIDField):
    """A hidden key made with the form: what it creates is created once, however often it is sent."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any):
        super().__init__(initial=uuid.uuid4, **options)
