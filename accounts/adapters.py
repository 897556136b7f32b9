"""How sign-in behaves here: nobody signs up by themselves, they are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closes open sign-up; an invitation is the only door (accounts/views/invitation.py)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
