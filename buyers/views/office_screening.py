"""The underwriter's desk for sanctions hits, and for the links between companies."""

from django import forms
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST
from django_countries.fields import Country

from accounts.access import staff
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from buyers.actions.link import end_link, link_buyers
from buyers.actions.screening import decide_hit
from buyers.lifecycle import SANCTIONS_HIT
from buyers.models import Buyer, BuyerLink, HitDecision, ScreeningHit, ScreeningRun
from buyers.models.link import Relation
from buyers.models.name import Name, NameKind
from buyers.search import buyers_with_number
from buyers.wording import WORDS
from kernel.refusals import Refused

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


class HitForm(forms.Form):
    """Why a hit is the buyer, or is not."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What you compared: address, register number, year of founding, people."),
    )


class LinkForm(forms.Form):
    """Another company and what it is to this one."""

    relation = forms.ChoiceField(label=gettext_lazy("The other company is its"), choices=Relation.choices)
    number = forms.CharField(
        label=gettext_lazy("Number of the other company"),
        max_length=60,
        help_text=gettext_lazy("Its LEI or another number it has."),
    )
    since = forms.DateField(
        label=gettext_lazy("Known to be so since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(label=gettext_lazy("Where it is known from"), max_length=60)


class EndForm(forms.Form):
    """When a link ended, and where that is known from."""

    ended_on = forms.DateField(
        label=pgettext_lazy("link", "Ended on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    source = forms.CharField(label=gettext_lazy("Where it is known from"), max_length=60)


@staff(*UNDERWRITERS)
def sanctions_hits(request: HttpRequest) -> HttpResponse:
    """Hits nobody has decided, the oldest first; and how the screening goes."""
    waiting = ScreeningHit.objects.to_decide().decided_before().select_related("buyer", "entry")
    page = keyset_page(request, waiting, order=("found_at", "id"))
    run = ScreeningRun.objects.order_by("-id").first()
    return office_page(
        request, "buyers/office/sanctions_hits.html", title=_("Sanctions hits"), page=page, run=run, due=_due()
    )


@staff(*UNDERWRITERS)
def decide_sanctions_hit(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer beside the entry its name is like; confirmed or cleared here, with a reason."""
    hit = get_object_or_404(ScreeningHit.objects.select_related("buyer", "entry"), pk=pk)
    form = HitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_hit(
                by=request.user.pk, hit=pk, outcome=request.POST.get("act", ""), reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The decision is kept."))
            follows = ScreeningHit.objects.to_decide().order_by("found_at", "id").first()
            return redirect("admin:decide_sanctions_hit", follows.pk) if follows else redirect("admin:sanctions_hits")
    return office_page(
        request,
        "buyers/office/decide_sanctions_hit.html",
        title=hit.buyer.name,
        hit=hit,
        numbers=hit.buyer.identifiers.order_by("scheme", "value"),
        former_names=Name.objects.filter(buyer=hit.buyer).exclude(kind=NameKind.CURRENT).order_by("text"),
        names=hit.entry.names.order_by("source_key"),
        listed_in=[Country(code).name for code in hit.entry.countries],
        moves={move.name for move in SANCTIONS_HIT.moves_from(hit.stage, "underwriter")},
        decisions=HitDecision.objects.of_pair(hit).select_related("decided_by", "hit").order_by("-id"),
        form=form,
    )


@staff(*UNDERWRITERS)
def buyer_links(request: HttpRequest, pk: int) -> HttpResponse:
    """A buyer's links, present and ended; a new one is entered here."""
    buyer = get_object_or_404(Buyer, pk=pk, merged_into__isnull=True)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        other = next(iter(buyers_with_number(told["number"], buyer.country.code)), None)
        if other is None:
            form.add_error("number", _("No entry of the directory has this number."))
        else:
            try:
                link_buyers(
                    by=request.user.pk,
                    buyer=pk,
                    relation=told["relation"],
                    other=other.pk,
                    source=told["source"],
                    since=told["since"],
                )
            except Refused as refused:
                show_refusals(form, refused, WORDS)
            else:
                messages.success(request, _("The link is kept."))
                return redirect("admin:buyer_links", pk)
    rows = list(BuyerLink.objects.of_firm(pk).select_related("buyer", "other").order_by("ended_at", "-id")[:200])
    members = BuyerLink.objects.group_of(pk)[:200]
    group = Buyer.objects.in_bulk(members)
    return office_page(
        request,
        "buyers/office/buyer_links.html",
        title=_("Links of %(name)s") % {"name": buyer.name},
        buyer=buyer,
        form=form,
        end_form=EndForm(),
        rows=rows,
        group=[group[member] for member in members] if len(members) > 1 else [],
    )


@require_POST
@staff(*UNDERWRITERS)
def end_buyer_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link ended; back to the buyer whose page it was."""
    link = get_object_or_404(BuyerLink, pk=pk)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            end_link(by=request.user.pk, link=pk, **form.cleaned_data)
            messages.success(request, _("The link has ended."))
        except Refused as refused:
            tell_refusals(request, refused, WORDS)
    else:
        messages.error(request, _("Give the day and where it is known from."))
    return redirect("admin:buyer_links", link.buyer_id)


def _due() -> int:
    """How many wait to be screened, counted up to 100,000."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM buyers_screeningdue LIMIT 100001) due")
        return int(cursor.fetchone()[0])
