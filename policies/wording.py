"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from buyers import wording as below

# Steps of a working.
STEPS: dict[str, Any] = {
    "expected_turnover": _("Expected turnover in a year"),
    "owed_at_one_time": _("× %(terms_days)s days ÷ 365: owed at one time"),
    "need_rounded_up": _("Rounded up to full %(step_amount)s"),
    "base_by_grade": _("Most for a buyer of grade %(grade)s"),
    "base_by_sales": _("%(sales_percent)s of its sales of %(sales_amount)s (%(sales_year)s)"),
    "base_without_sales": _("Most for grade %(grade)s while its sales are not known"),
    "terms_factor": _("The lower one × %(factor)s for payment terms of %(terms_days)s days"),
    "country_factor": _("× %(factor)s for %(country)s (%(rating)s)"),
    "confidence_factor": _("× %(factor)s for the confidence of the score (%(confidence_percent)s)"),
    "machine_limit": _("Rounded down to %(digits)s digits: what the rule supports"),
    "asked_limit": _("What was asked for"),
    "answer": _("Granted: the lower of the two"),
}

# Why the machine answered as it did, or left it to a person. Those marked staff_only never reach an exporter.
REASONS: dict[str, Any] = {
    "grade_supports_limit": _("The buyer’s grade (%(grade)s) and size support the limit."),
    "grade_and_size_support_less": _(
        "The buyer’s grade (%(grade)s) and size support this much, but not all you asked for."
    ),
    "grade_too_weak": _("The buyer’s grade (%(grade)s) or size does not support a limit."),
    "buyer_insolvent": _("The buyer is insolvent or dissolved."),
    "country_off_cover": _("No new cover is given on buyers in this country at present: %(country)s."),
    "asked_by_exporter": _("As you asked."),
    "temporary_increase_over": _("The temporary increase is over; the limit you had before holds again."),
    "underwriter_looks": _("An underwriter looks at this request, as happens with a part of all requests."),
    "decision_appealed": _("The former decision is appealed against."),
    "comment_given": _("A comment was added, and a person reads it."),
    "cut_announced": _("A change of the present limit has been announced."),
    "terms_over_standard": _(
        "Payment terms of %(terms_days)s days are longer than the policy’s standard of %(standard_days)s days."
    ),
    "buyer_not_graded": _("The buyer has no grade yet."),
    "score_too_old": _("The buyer’s score is older than %(days)s days."),
    "score_not_sure_enough": _(
        "Too little is known about the buyer for an automatic answer (confidence %(confidence_percent)s)."
    ),
    "regraded_recently": _("The buyer’s grade changed within the last %(days)s days."),
    "country_not_rated": _("The buyer’s country is not rated yet: %(country)s."),
    "country_lowers_limits": _(
        "A limit decided at once comes to %(supported_percent)s of what the same buyer would get in a country without "
        "such risk."
    ),
    "country_leaves_limits": _("The country does not lower what a buyer can be granted."),
    "country_terms_of_policy": _(
        "Your policy’s payment terms hold here too: requests up to %(standard)s days can be answered at once; what is "
        "sold on more than %(maximum)s days is not insured, unless the limit says so."
    ),
    "country_wants_security": _(
        "Keep terms short here, or sell against payment in advance, a confirmed letter of credit or a guarantee."
    ),
    "country_premium_of_policy": _("Your rate of %(rate_percent)s of turnover holds for every country."),
    "country_oecd_premium": _(
        "The OECD’s class %(oecd_class)s sets the least premium of official export credits of two years and more; "
        "your policy is none of these."
    ),
    "country_watched": _("Requests on buyers in this country are always looked at by a person: %(country)s."),
    "asked_far_above_sum": _("Much more was asked for than the rule supports by itself."),
    "above_machine_maximum": _("Limits of this size are decided by a person under your policy."),
    # staff only
    "overdue_signal": _("An overdue on this buyer was reported within %(days)s days."),
    "sanctions_confirmed": _("The buyer stands on a sanctions list, as an underwriter confirmed."),
    "sanctions_undecided": _("The buyer’s name is like one on a sanctions list; nobody has decided yet whether it is."),
    "claim_signal": _("A claim on this buyer was filed within %(days)s days."),
    "buyer_off_cover": _("The buyer or its grade is off cover."),
    "capacity_short": _("The capacity on the buyer has room for %(room_amount)s only (house currency)."),
    "present_limit_above_sum": _("The present limit is above what the rule would support today."),
}

# What an underwriter chooses from; all of it is read by the exporter.
DECISIONS: dict[str, Any] = {
    "financials_support_limit": _("The buyer’s accounts support the limit."),
    "experience_supports_limit": _("Good payment experience supports the limit."),
    "no_financial_information": _("No accounts of the buyer are available."),
    "accounts_late": _("The buyer’s latest accounts are late."),
    "weak_equity": _("The buyer has little equity."),
    "weak_liquidity": _("The buyer is short of liquid means."),
    "losses_in_accounts": _("The buyer’s accounts show losses."),
    "young_company": _("The buyer has not been in business for long."),
    "lack_of_turnover": _("The buyer’s turnover is too small for the limit asked for."),
    "slow_payment": _("The buyer pays slower than agreed."),
    "adverse_public_information": _("There is adverse public information about the buyer."),
    "buyer_not_registered": _("The buyer was not found in the register."),
    "country_situation": _("The situation in the buyer’s country calls for caution."),
    "terms_too_long": _("The payment terms are too long for this buyer."),
    "overall_assessment": _("The overall assessment of the risk led to this decision."),
    # Conditions
    "retention_of_title": _("Retention of title is agreed with the buyer in writing."),
    "parent_guarantee": _("A guarantee of the buyer’s parent company is in your hands."),
    "advance_payment": _("At least a fifth of each order is paid in advance."),
    "accounts_within_90_days": _("You send us the buyer’s latest accounts within 90 days."),
    "confirmed_bill": _("The buyer accepts a bill of exchange for each delivery."),
}

REFUSALS: dict[str, Any] = {
    # A stage somebody else has moved
    "stage_has_moved_on": _("This has moved on in the meantime. Reload the page to see where it stands."),
    # Requests
    "policy_suspended": _("Policy %(policy)s is suspended. New limits can be asked for once it is in force again."),
    "policy_closed": _(
        "Policy %(policy)s is no longer in force (last day %(ended_on)s), so no limit can be asked for."
    ),
    "policy_not_begun": _("Policy %(policy)s begins on %(begins_on)s. Limits can be asked for from then on."),
    "buyer_not_in_book": _("This buyer is not among your buyers. Add it first, then ask for the limit."),
    "request_open_already": _(
        "A request on this buyer is open already (%(reference)s). Wait for its decision, or withdraw it first."
    ),
    "kind_unknown": _("Choose what you want: a new limit, an increase, a reduction or a cancellation."),
    "no_limit_to_change": _("There is no limit on this buyer to change. Ask for a new limit."),
    "limit_there_already": _(
        "There is a limit of %(present_amount)s on this buyer. Ask for an increase or a reduction."
    ),
    "currency_of_present_limit": _("The present limit is in %(currency)s; a change is asked for in the same currency."),
    "reduction_not_below_present": _("A reduction must be below the present limit of %(present_amount)s."),
    "increase_not_above_present": _("An increase must be above the present limit of %(present_amount)s."),
    "terms_below_zero": _("Payment terms are 0 days or more."),
    "terms_over_maximum": _(
        "Your policy covers payment terms up to %(maximum_days)s days; longer ones are not insured."
    ),
    "temporary_needs_end": _("A temporary increase needs its last day."),
    "until_not_in_future": _("Choose a day after today (%(today_on)s)."),
    "until_after_policy": _("The policy ends on %(ends_on)s; a limit cannot last longer."),
    "appealed_already": _("This decision has been appealed against already."),
    "appeal_too_late": _("The time for an appeal is over (last day %(appeal_by_on)s). You can ask for a limit anew."),
    "appeal_says_nothing": _("Say in the comment what is new: accounts, orders, securities."),
    "hand_back_says_nothing": _("Say what should be mended: your colleague reads it."),
    # Decisions
    "outcome_unknown": _("Choose one of the outcomes."),
    "declined_means_nothing": _("A declined request has no amount."),
    "approved_means_all": _("“Approved” means the full %(asked_amount)s. For less, choose “partly approved”."),
    "partly_means_less": _("“Partly approved” means less than the %(asked_amount)s asked for."),
    "not_below_present_limit": _(
        "The present limit is %(present_amount)s. A request for more is not answered with less; "
        "review the limit instead."
    ),
    "reason_missing": _("Choose at least one reason; the exporter reads it."),
    "condition_unknown": _("This condition is not on the list."),
    "valid_to_not_in_future": _("The last day must lie after today (%(today_on)s)."),
    "valid_to_after_policy": _("The policy ends on %(ends_on)s; the limit cannot last longer."),
    "policy_not_open_for_grants": _("The policy is not in force, so this request can only be declined."),
    "over_capacity": _(
        "This needs %(more_amount)s of capacity, and only %(room_amount)s is left on the buyer. Grant less, or have "
        "the appetite raised first."
    ),
    "countersign_needs_another": _("You proposed this decision yourself; another senior underwriter must countersign."),
    "limit_has_ended": _("This limit has ended in the meantime; there is nothing to review."),
    # Appetite
    "cap_below_zero": _("A cap is an amount of 0 or more."),
    "cap_of_one_thing": _("A cap belongs to a grade, a country or one buyer: fill in exactly one."),
    "buyer_not_in_directory": _("The directory has no buyer with this number."),
    "grade_off_scale": _("Grades go from 1 (best) to 10."),
    "cap_begins_in_the_past": _("A cap begins today (%(today_on)s) or later: what was in force before stays known."),
    "cap_ends_before_it_begins": _("The last day lies before the first."),
    # Binding
    "policy_without_number": _("Give the policy its number."),
    "policy_number_taken": _("There is a policy with the number %(number)s already."),
    "policy_ends_before_start": _("The policy’s last day lies before its first."),
    "time_zone_unknown": _("“%(zone)s” is not a time zone. Write it like Europe/Berlin or Asia/Shanghai."),
    "percentage_out_of_range": _("The insured percentage lies above 0 and up to 100."),
    "standard_terms_over_maximum": _("The standard payment terms cannot be longer than the maximum."),
    "machine_maximum_below_zero": _("The largest automatic limit is 0 or more."),
    "change_outside_policy": _("The change must begin while the policy runs: %(starts_on)s to %(ends_on)s."),
    "change_before_last_change": _("The terms changed last on %(last_on)s; a new change begins after that day."),
    "change_ends_before_start": _("The last day of the change lies before its first."),
}

# What each act is called in the trail.
ACTS: dict[str, Any] = {
    "audit_ask_for_limit": _("Asked for a limit"),
    "audit_send_reviewed_request": _("Sent a colleague’s request for a limit"),
    "audit_keep_request_papers": _("Sent documents along with a request for a limit"),
    "audit_hand_back_request": _("Handed a request for a limit back to a colleague"),
    "audit_withdraw_limit_request": _("Withdrew a request for a limit"),
    "audit_decide_limit_request": _("Decided a request for a limit"),
    "audit_countersign_decision": _("Countersigned a decision on a limit"),
    "audit_return_decision": _("Returned a proposed decision on a limit"),
    "audit_review_limit": _("Reviewed a limit"),
    "audit_lapse_limits": _("Brought limits up to the day"),
    "audit_warn_of_limit_ends": _("Reminded of limits that end"),
    "audit_expire_policies": _("Closed expired policies"),
    "audit_bind_policy": _("Bound a policy"),
    "audit_change_terms": _("Changed a policy’s terms"),
    "audit_suspend_policy": _("Suspended a policy"),
    "audit_resume_policy": _("Put a policy in force again"),
    "audit_cancel_policy": _("Cancelled a policy"),
    "audit_set_appetite": _("Set an appetite"),
}

WORDS: dict[str, Any] = {
    **below.WORDS,
    **STEPS,
    **REASONS,
    **DECISIONS,
    **REFUSALS,
    **ACTS,
}
