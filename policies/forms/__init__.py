"""The forms of this floor. They read what was typed; whether it can stand is for the rules to say."""

from policies.forms.limit import AppealForm, AskForm, DecideForm, ReviewForm
from policies.forms.policy import AppetiteForm, BindForm, TermsForm

__all__ = ["AppealForm", "AppetiteForm", "AskForm", "BindForm", "DecideForm", "ReviewForm", "TermsForm"]
