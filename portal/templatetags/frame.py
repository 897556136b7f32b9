"""Tags of the page's frame: rail, menus, headings that vanish when empty, icons."""

from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import StaffAuthority
from portal.shell import OFFICE, PLACES, WORKLISTS, address, current
from portal.templatetags.figures import money

register = template.Library()

# Django's language code -> the one of HTML (BCP 47 writes the script with a capital)
HTML_LANGUAGES = {"zh-hans": "zh-Hans"}


@register.simple_tag
def html_lang() -> str:
    """The language in force, as `lang` wants it."""
    code = get_language() or "en"
    return HTML_LANGUAGES.get(code, code)


@register.simple_tag
def other_language() -> dict[str, str]:
    """The language one may switch to: `code`, `html` and its own name."""
    own_names = {"en": "English", "zh-hans": "中文"}
    here = get_language()
    code = next(code for code, _name in settings.LANGUAGES if code != here)
    return {"code": code, "html": HTML_LANGUAGES.get(code, code), "name": own_names[code]}


@register.simple_tag
def url_if(name: str, *args: Any) -> str:
    """The path of a URL name; '' while no app has a page of that name."""
    return address(name, *args)


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> SafeString:
    """The rail's places, the one this page belongs to marked: `{% rail as places %}`, drawn once and shown twice."""
    path = context["request"].path
    places = tuple((place, address(place.name)) for place in (PLACES if context.get("firm") else OFFICE))
    here = current(path, (url for _place, url in places))
    return drawn_rail(get_language(), places, here, here == path, context.get("open_duties"))


@lru_cache(maxsize=1000)
def drawn_rail(language: str, places: tuple[Any, ...], here: str, exactly: bool, to_do: int | None) -> SafeString:
    """The same, kept under all that shows in it."""
    shown = [
        {
            "url": url,
            "label": place.label,
            "icon": place.icon,
            "current": ("page" if exactly else "true") if url == here else "",
            "count": to_do if place.name == "home" else None,
            "count_label": _("to do"),
        }
        for place, url in places
        if url
    ]
    return render_to_string("portal/rail.html", {"places": shown})


@register.inclusion_tag("portal/worklists.html", takes_context=True)
def worklists(context: template.Context, shape: str = "bar") -> dict[str, Any]:
    """The worklists of the member of staff, with what waits in each; the operator has all. `shape`: bar or cards."""
    request = context["request"]
    groups = request.user.staff_groups()
    found = [
        {
            "url": address(entry.name) + entry.query,
            "label": entry.label,
            "current": request.path == address(entry.name),
            "count": entry.waiting().order_by().count(),
        }
        for entry in WORKLISTS
        if address(entry.name) and (request.user.is_superuser or entry.groups & groups)
    ]
    return {"lists": found, "shape": shape}


@register.simple_tag
def authority(user: Any) -> str:
    """How far the person may decide alone: "authority 500,000 EUR to grade 7"; '' without an authority."""
    found = StaffAuthority.objects.filter(user=user).first()
    if found is None:
        return ""
    return _("authority %(amount)s %(currency)s to grade %(grade)s") % {
        "amount": money(found.amount, found.currency, whole=True),
        "currency": found.currency,
        "grade": found.worst_grade,
    }


@register.simple_tag
def menu_link(name: str, label: str) -> str:
    """A list item that leads to a URL name; nothing while no app has that page."""
    url = address(name)
    return format_html('<li><a href="{}">{}</a></li>', url, label) if url else ""


@register.simple_tag
def crumb(label: Any, name: str = "", *args: Any) -> str:
    """One step of the breadcrumbs: `{% crumb "Limits" "limits" %}`, without a name the page itself."""
    url = address(name, *args) if name else ""
    if url:
        return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, label)
    return format_html('<li class="breadcrumb-item active" aria-current="page">{}</li>', label)


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon, drawn in the colour of its text; hidden from screen readers, so words stand beside it."""
    return drawn(name + "", size)


@lru_cache(maxsize=1000)
def drawn(name: str, size: int) -> SafeString:
    """The same, kept: a page has some twenty, and each is copied and written out as XML."""
    attributes = {"class": "icon", "aria_hidden": "true", "focusable": "false"}
    return mark_safe(lucide._render_icon(name, size, **attributes))


@register.simple_tag
def message_class(message: Any) -> str:
    """The class of one of Django's messages: ok, warn, bad or info."""
    return {"success": "ok", "warning": "warn", "error": "bad"}.get(message.level_tag, "info")


@register.simple_tag
def message_icon(message: Any) -> SafeString:
    """The shape that goes with it."""
    names = {"success": "circle-check", "warning": "triangle-alert", "error": "octagon-alert"}
    return icon(names.get(message.level_tag, "info"))


class FrameNode(template.Node):
    """`{% frame "div" "sub" %}…{% endframe %}`: an element around its content, nothing when the content is blank."""

    def __init__(self, nodelist: NodeList, arguments: list[FilterExpression]):
        self.nodelist = nodelist
        self.arguments = arguments

    def render(self, context: template.Context) -> SafeString:
        inner = self.nodelist.render(context).strip()
        if not inner:
            return SafeString("")
        name, *rest = (argument.resolve(context) for argument in self.arguments)
        attributes = [
            format_html(' {}="{}"', key, value) for key, value in zip(("class", "aria-label"), rest, strict=False)
        ]
        return mark_safe(f"<{name}{''.join(attributes)}>{inner}</{name}>")


@register.tag
def frame(parser: Parser, token: Token) -> FrameNode:
    """Element name, class, aria-label."""
    arguments = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endframe",))
    parser.delete_first_token()
    return FrameNode(nodelist, arguments)


class TitledNode(template.Node):
    """The document's title: the page's words, then the portal's name."""

    def __init__(self, nodelist: NodeList):
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        words = " ".join(self.nodelist.render(context).split())
        return mark_safe(f"{words} · Fairlead" if words else "Fairlead")


@register.tag
def titled(parser: Parser, token: Token) -> TitledNode:
    """`{% titled %}…{% endtitled %}`."""
    nodelist = parser.parse(("endtitled",))
    parser.delete_first_token()
    return TitledNode(nodelist)
