"""What a list is narrowed by; it lives in the address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from buyers.models.alert import REGRADES, AlertQuerySet, kind_labels

OPEN, DONE, ALL = "open", "done", "all"


class AlertFilter(forms.Form):
    """Open, done or all alerts; one kind; part of the buyer's name. What cannot be read narrows nothing."""

    state = forms.ChoiceField(
        label=_("State"), choices=[(OPEN, _("Open")), (DONE, _("Done")), (ALL, _("All"))], required=False
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=lambda: [("", _("All kinds")), *kind_labels().items()], required=False
    )
    name = forms.CharField(label=_("Buyer"), max_length=100, required=False)

    def _value(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name, "")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the open ones' default is chosen."""
        return bool(self._value("kind") or self._value("name") or self._value("state") in (DONE, ALL))

    def narrowed(self, alerts: AlertQuerySet) -> AlertQuerySet:
        """The alerts that fit."""
        state = self._value("state") or OPEN
        found = {OPEN: alerts.open, DONE: alerts.done, ALL: alerts.all}[state]()
        if kind := self._value("kind"):
            found = found.told_of_regrade(kind) if kind in REGRADES else found.filter(kind=kind)
        if name := self._value("name").strip():
            found = found.filter(buyer__name__icontains=name)
        return found
