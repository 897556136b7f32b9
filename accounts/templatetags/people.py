"""What pages of people say about browsers."""

from django import template

from accounts.browsers import browser_named

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    """The browser and the system of a User-Agent, as people call them."""
    return browser_named(user_agent)
