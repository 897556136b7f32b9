"""The underwriters' desk: referred requests, the oldest first, and one page per request on which it is decided."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.clock import today_in
from accounts.forms import show_refusals
from accounts.models import User
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from accounts.wording import said_of
from kernel.money import rounded
from kernel.refusals import Refusal, Refused
from policies.actions import decision as actions
from policies.deciding import APPROVED, PARTLY_APPROVED, Verdict, proposed, verdict_refused
from policies.deciding import Case as Decidable
from policies.edition import edition
from policies.forms import DecideForm
from policies.models import CreditLimit, LimitDecision, LimitRequest, PolicyTerms
from policies.models.limit_request import WITH_UNDERWRITERS, RequestStage
from policies.models.office import authority_refused, buyer_facts, capacity_facts, who_may_countersign
from policies.models.policy import PolicyStage
from policies.validity import granted
from policies.wording import WORDS

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


@staff(*UNDERWRITERS)
def referred_limits(request: HttpRequest) -> HttpResponse:
    """What waits for an underwriter; `?show=appeals|countersign` narrows."""
    show = request.GET.get("show", "")
    rows = LimitRequest.objects.filter(stage__in=WITH_UNDERWRITERS)
    if show == "appeals":
        rows = rows.filter(appeals__isnull=False)
    elif show == "countersign":
        rows = rows.filter(stage=RequestStage.COUNTERSIGN)
    page = keyset_page(
        request, rows.select_related("buyer__merged_into", "exporter", "policy"), order=("asked_at", "id")
    )
    present = _present(page.rows)
    for row in page.rows:
        row.present = present.get((row.policy_id, row.buyer.firm.pk))
    shown = {"page": page, "show": show, "title": _("Referred limits"), "now": timezone.now()}
    return office_page(request, "policies/office/referred_limits.html", **shown)


def _present(rows: list[LimitRequest]) -> dict[tuple[int, int], CreditLimit]:
    """The limits in force on the firms of these requests, by policy and firm; of two on one firm the larger."""
    firms = {row.buyer.firm.pk for row in rows}
    on_them = Q(buyer__in=firms) | Q(buyer__merged_into__in=firms)
    found = CreditLimit.objects.filter(on_them, policy__in={row.policy_id for row in rows}, amount__gt=0)
    ordered = found.select_related("buyer__merged_into").order_by("house_amount", "id")
    return {(limit.policy_id, limit.buyer.firm.pk): limit for limit in ordered}


@staff(*UNDERWRITERS)
def decide_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, what the rule says, the decision, and what the exporter will read."""
    case = _case(pk)
    form = DecideForm(request.POST or None, initial=case.initial())
    if request.method == "POST" and form.is_valid():
        tried = form.verdict()
        try:
            done = actions.decide_limit_request(by=request.user.pk, request=pk, **tried)
        except Refused as refused:
            show_refusals(form, refused, WORDS)  # the form is no longer valid: the letter is of what was tried
            return _page(request, case, form, Verdict(**tried))
        else:
            messages.success(request, _decided(done))
            return _next(case)
    return _page(request, case, form)


@staff(*UNDERWRITERS)
def limit_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What the exporter would read, and whether it is within the authority, as the form is filled in now."""
    case = _case(pk)
    form = DecideForm(request.POST or None, initial=case.initial())
    swapped = case.row.stage == RequestStage.REFERRED  # the button's words follow the amount
    context = {**case.words(form, request.user.pk), "swapped": swapped}
    return render(request, "policies/office/_letters.html", context)


@staff(*UNDERWRITERS)
def countersign_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """The second pair of eyes: `act=countersign` makes the proposal the house's, `act=return` sends it back."""
    case = _case(pk)
    if request.method == "POST":
        act = actions.return_decision if request.POST.get("act") == "return" else actions.countersign_decision
        try:
            done = act(by=request.user.pk, request=pk)
        except Refused as refused:
            for refusal in refused.refusals:
                messages.error(request, said_of(WORDS, refusal))
        else:
            messages.success(request, _decided(done))
            return _next(case)
    return redirect("admin:decide_limit", pk)


@dataclass(frozen=True)
class Case:
    """A request on an underwriter's desk."""

    row: LimitRequest
    terms: PolicyTerms | None
    limit: CreditLimit | None
    today: date

    def initial(self) -> dict[str, Any]:
        """What the form opens with: the rule's own answer where it has one."""
        machine, row = self.row.machine_amount or Decimal(0), self.row
        present = self.limit.amount if self.limit else Decimal(0)
        amount = max(min(machine, row.amount), present)
        return {
            "outcome": APPROVED if amount >= row.amount else PARTLY_APPROVED,
            "amount": rounded(amount or row.amount, row.currency),
            "valid_to": self._last(row.wanted_until),
        }

    def words(self, form: DecideForm, by: int, tried: Verdict | None = None) -> dict[str, Any]:
        """The exporter's text in both languages for the form's present content, and who may decide it."""
        verdict = tried or self.verdict(form)
        letters = []
        for code, name in settings.LANGUAGES:
            with translation.override(code):
                letters.append({"code": code, "name": _own_name(code, name), "letter": self._letter(verdict)})
        over = authority_refused(by, self.row, verdict)
        wrong = self.refused(verdict) if form.is_bound else ()
        return {
            "letters": letters,
            "refusals": [said_of(WORDS, refusal) for refusal in wrong],
            "over_authority": [said_of(WORDS, refusal) for refusal in over],
            "countersigners": who_may_countersign(by, self.row, verdict) if over else [],
        }

    def refused(self, verdict: Verdict) -> tuple[Refusal, ...]:
        """What is wrong with outcome, amount and day together; reasons may still be on their way."""
        row, policy = self.row, self.row.policy
        present = self.limit.amount if self.limit and self.limit.currency == row.currency else Decimal(0)
        policy_open = policy.stage == PolicyStage.BOUND and self.terms is not None
        case = Decidable(row.amount, row.currency, present, self.today, policy.ends_on, policy_open)
        return tuple(r for r in verdict_refused(verdict, case) if r.about != "reasons")

    def verdict(self, form: DecideForm) -> Verdict:
        """The proposal that waits, else the form as far as it is understood."""
        if self.row.proposed:
            return proposed(self.row.proposed)
        if form.is_bound and form.is_valid():
            return Verdict(**form.verdict())
        start = self.initial()
        return Verdict(start["outcome"], start["amount"], start["valid_to"])

    def _letter(self, verdict: Verdict) -> dict[str, Any]:
        appeal = self.terms.appeal_days if self.terms else 30
        return {
            "row": self.row,
            "verdict": verdict,
            "first": self.today,
            "last": verdict.valid_to or self._last(self.row.wanted_until),
            "appeal_by": date.fromordinal(self.today.toordinal() + appeal),
        }

    def _last(self, until: date | None) -> date:
        lifetime = self.terms.limit_lifetime_months if self.terms else 12
        return granted(self.today, lifetime, until, self.row.policy.ends_on).last


def _case(pk: int) -> Case:
    rows = LimitRequest.objects.exclude(asked_at__isnull=True)
    row = get_object_or_404(
        rows.select_related(
            "buyer__merged_into", "exporter", "policy", "asked_by", "proposed_by", "appeals", "appeals__request"
        ),
        pk=pk,
    )
    today = today_in(row.policy.time_zone)
    limit = CreditLimit.objects.in_force_on(today).on_firm(row.policy_id, row.buyer_id).first()
    return Case(row, PolicyTerms.objects.terms_on(row.policy_id, today), limit, today)


def _page(request: HttpRequest, case: Case, form: DecideForm, tried: Verdict | None = None) -> HttpResponse:
    row, user = case.row, request.user
    queue = LimitRequest.objects.with_underwriters()
    before = queue.filter(Q(asked_at__lt=row.asked_at) | Q(asked_at=row.asked_at, pk__lt=row.pk))
    oldest = queue.values_list("asked_at", flat=True).first()
    shown = {
        "title": _("%(kind)s for %(buyer)s") % {"kind": row.get_kind_display(), "buyer": row.buyer.firm.name},
        "row": row,
        "buyer": row.buyer.firm,
        "limit": case.limit,
        "terms": case.terms,
        "today": case.today,
        "now": timezone.now(),
        "form": form,
        "papers": row.papers.select_related("document").order_by("pk"),
        "decision": LimitDecision.objects.filter(request=row).select_related("decided_by", "countersigned_by").first(),
        "waiting": row.stage in WITH_UNDERWRITERS,
        "place": before.count() + 1,
        "total": queue.count(),
        "oldest": oldest,
        "previous": before.values_list("pk", flat=True).last(),
        "follows": _following(row),
        "edition": row.edition or edition().name,
        "proposal": proposed(row.proposed) if row.proposed else None,
        "may_countersign": _is_senior(user) and row.proposed_by_id != user.pk,
        "may_return": _is_senior(user) or row.proposed_by_id == user.pk,
        **buyer_facts(row.buyer.firm, case.today),
        **capacity_facts(row, case.limit, case.today),
        **case.words(form, user.pk, tried),
    }
    return office_page(request, "policies/office/decide_limit.html", **shown)


def _is_senior(user: Any) -> bool:
    return isinstance(user, User) and (user.is_superuser or SENIOR_UNDERWRITER in user.staff_groups())


def _following(row: LimitRequest) -> int | None:
    """The next one in the worklist."""
    queue = LimitRequest.objects.with_underwriters().exclude(pk=row.pk)
    after = queue.filter(Q(asked_at__gt=row.asked_at) | Q(asked_at=row.asked_at, pk__gt=row.pk))
    found: int | None = after.values_list("pk", flat=True).first()
    return found


def _next(case: Case) -> HttpResponse:
    follows = _following(case.row)
    return redirect("admin:decide_limit", follows) if follows else redirect("admin:referred_limits")


def _own_name(code: str, name: Any) -> str:
    return {"zh-hans": "中文"}.get(code, str(name))


def _decided(done: LimitRequest) -> str:
    if done.stage == RequestStage.COUNTERSIGN:
        return _("%(reference)s waits for a countersignature.") % {"reference": done.reference}
    if done.stage == RequestStage.REFERRED:
        return _("%(reference)s is back on the worklist.") % {"reference": done.reference}
    return _("%(reference)s is decided, and the exporter has been told.") % {"reference": done.reference}
