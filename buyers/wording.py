"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from buyers.customer_lists.wording import CUSTOMER_LISTS
from desk import wording as below

# --- directory: files, rows, numbers, the book, proposals -------------------------------------------------------------

DIRECTORY: dict[str, Any] = {
    # a file as a whole
    "file_empty": _("The file is empty."),
    "file_is_zip": _("This is a ZIP archive. Unpack it first, or send the CSV file itself, plain or gzipped (.gz)."),
    "file_damaged": _("The file is damaged: it cannot be unpacked to its end. Send it again."),
    "file_too_large": _("The file unpacks to more than the portal takes in."),
    "encoding_unclear": _(
        "It is unclear in which characters the file is written (it looks like %(looks_like)s). "
        "Save it as UTF-8 and send it again."
    ),
    "columns_missing": _("The file lacks the columns %(missing)s. Its first line has: %(found)s."),
    "column_twice": _("The column “%(column)s” stands in the file twice."),
    "import_is_over": _("This import is over. Send the file again to import it once more."),
    "import_running": _("Another import is running. Try again when it is through."),
    "import_interrupted": _("The import was interrupted; nothing of it is in the directory. Send the file again."),
    "import_broke_off": _(
        "The import broke off because of a fault of the portal; nothing of it is in the directory. "
        "The operator finds the cause in the log."
    ),
    # a row of it
    "row_unreadable": _("The row cannot be read: a cell is too long, perhaps a quotation mark is not closed."),
    "cells_miscounted": _("The row has more or fewer cells than the first line."),
    "control_characters": _("A cell contains control characters, which no name or address has."),
    "name_missing": _("The name is missing."),
    "cell_too_long": _("A cell is longer than the directory can hold."),
    "country_missing": _("The country is missing."),
    "country_unknown": _("The country is not a two-letter code of ISO 3166."),
    "category_unknown": _("The category is none of those in use."),
    "status_unknown": _("The status is none of those in use."),
    "date_unreadable": _("The date is not written as year-month-day."),
    "row_is_a_person": _("A sole proprietor is a private person; persons are not insured and not kept."),
    "lei_annulled": _("The LEI was annulled or replaced by another."),
    "identifier_repeated": _("The same number stands in an earlier row of the file."),
    "check_digits_fail": _("The check digits of the number are wrong, although it was issued. Accepted."),
    "country_not_given": _("The file gives no country. Accepted without one."),
    # a list of countries
    "edition_missing": _(
        "From when the list holds is not known: put the day in the file’s name (2026-01-30) or give it with the file."
    ),
    "list_in_future": _("The list holds from %(edition_on)s only, a day to come. Load it then."),
    "edition_is_older": _("The file is an older edition (%(edition_on)s) than the one kept (%(kept_on)s)."),
    "country_code_unknown": _("“%(found)s” is not the code of a country of today."),
    "country_twice": _("The country stands in the file twice; the first row counts."),
    "oecd_status_unknown": _("The status “%(found)s” is none of the OECD’s."),
    "oecd_class_unknown": _("“%(found)s” is no class; classes are 0 to 7, or empty."),
    "oecd_class_without_status": _("The class and the status contradict each other. Unclassified is not class 0."),
    "indicator_unknown": _("“%(found)s” is none of the six indicators."),
    "governance_year_unknown": _("“%(found)s” is no year for which there are indicators."),
    "governance_value_missing": _("No value is given."),
    "governance_value_unreadable": _("“%(found)s” is no estimate (a number from about -2.5 to 2.5)."),
    "governance_rank_unreadable": _("“%(found)s” is no percentile rank (0 to 100)."),
    "value_twice": _("The same country, year and indicator stand in an earlier row; the first counts."),
    # a file of annual accounts and its rows
    "file_is_workbook": _("This is a workbook (XLSX) or an archive. Save it as CSV and send that."),
    "accounts_broke_off": _(
        "The file broke off because of a fault of the portal. What was taken in stands; send the file again and the "
        "rest follows. The operator finds the cause in the log."
    ),
    "control_characters_in_row": _("A cell contains control characters."),
    "number_of_no_kind": _(
        "This number is of no kind the portal can tell by itself. Give its kind in the column “scheme”: %(kinds)s."
    ),
    "number_unknown": _("The directory has no company with this number."),
    "number_of_several": _(
        "This number belongs to several companies of the directory. Give its kind in the column “scheme”."
    ),
    "months_unreadable": _("The number of months is not a whole number."),
    "yes_or_no": _("Write yes or no; empty is no."),
    "unit_unknown": _("Amounts are in units of 1, 1000 or 1000000."),
    "decimal_mark_unknown": _("The decimal mark is a point or a comma; empty where it is clear from each amount."),
    "source_too_long": _("The source has more than %(longest)s characters."),
    "accounts_twice_in_file": _(
        "The file has this company’s accounts of this year from this source twice, with different figures. The first "
        "row counts."
    ),
    # a number
    "identifier_scheme_unknown": _("“%(scheme)s” is not a kind of number the portal knows."),
    "identifier_missing": _("The number is missing."),
    "identifier_too_long": _("No register gives out a number of more than %(length)s characters."),
    "identifier_wrong_length": _("A number of the kind %(scheme)s has %(length)s characters; this one has %(found)s."),
    "identifier_wrong_characters": _("The number has characters that a number of the kind %(scheme)s cannot have."),
    "identifier_check_digit_wrong": _("The check digit of this %(scheme)s number is wrong. Look for a typing error."),
    "identifier_not_of_this_kind": _("This is not a number of the kind %(scheme)s."),
    "identifier_country_missing": _("Choose the country whose register gave out the number."),
    # who is never covered
    "buyer_is_public_body": _("This is a public body; your policy does not cover what public bodies owe."),
    "buyer_is_private_person": _("This is a private person; credit insurance covers companies only."),
    "buyer_is_affiliate": _("This is an affiliate of yours; what affiliates owe is not covered."),
    # the search
    "query_too_short": _("Type at least two characters."),
    "query_without_letters": _("There is no letter and no digit in this. Type a name or a number."),
    "query_too_long": _("Type at most %(length)s characters."),
    # what is told by mail
    "watch_level_unknown": _("Choose one of the levels."),
    # how a row was found
    "found_by_number": _("Same number"),
    "found_by_name": _("Same name"),
    "found_by_form": _("Same name, other legal form"),
    "found_by_order": _("Same words, other order"),
    "found_by_slip": _("One letter differs"),
    "found_by_beginning": _("Begins so"),
    "found_by_words": _("Has all the words"),
    "found_by_part": _("Has all you typed"),
    "found_by_alike": _("Spelled alike"),
    "found_by_former": _("Also known as %(name)s"),
    "choice_is_public_body": _("A public body: covered only where your policy insures political risk."),
    "choice_is_branch": _("A branch: the contract usually names the company it belongs to; that one is insured."),
    "choice_is_fund": _("A fund: make sure that it is the one that owes you."),
    "choice_is_international": _("An international organisation, not a company."),
    # proposals
    "stage_has_moved_on": _("This has moved on in the meantime. Reload the page to see where it stands."),
    "buyer_already_known": _("The directory has a buyer with this number: %(name)s. Add it to your buyers instead."),
    "buyer_already_proposed": _("Your firm has already proposed a buyer with this number (%(reference)s)."),
    "buyer_cannot_be_merged": _("A buyer cannot be merged with itself or with one that is itself merged."),
    "proposal_incomplete": _("A confirmed buyer needs a number by which a register knows it."),
    "not_a_company": _("This is not a registered company."),
    "not_found_in_register": _("We did not find this company in the register of its country."),
    "is_a_branch": _("This is a branch; propose the company it belongs to."),
    "details_contradict": _("Name and number belong to two different companies."),
    "reason_unknown": _("Choose a reason."),
}

# --- scores, alerts, countries, rates ---------------------------------------------------------------------------------

SCORES: dict[str, Any] = {
    # groups of indicators
    "group_solvency": _("Solvency"),
    "group_liquidity": _("Liquidity"),
    "group_profitability": _("Profitability"),
    "group_activity": _("Activity"),
    "group_size": _("Size of the company"),
    "group_reporting": _("Accounts"),
    "group_payment": _("Payment experience"),
    "group_company": _("Company and sector"),
    "group_growth": _("Growth"),
    "group_litigation": _("Courts and filings"),
    "group_country": _("Country"),
    # indicators: what is seen, and (…_missing) what the indicator is called when it is not
    "equity_ratio": _("Equity is %(value_percent)s of total assets"),
    "equity_ratio_missing": _("Equity ratio"),
    "debt_ratio": _("Debts are %(value_percent)s of total assets"),
    "debt_ratio_missing": _("Debt ratio"),
    "debt_to_earnings": _("Long-term debt equals %(value)s years of earnings"),
    "debt_to_earnings_unbounded": _("Long-term debt, but no earnings to repay it from"),
    "debt_to_earnings_missing": _("Years to repay long-term debt"),
    "interest_cover": _("Operating profit is %(value)s times the interest"),
    "interest_cover_unbounded": _("No interest to pay"),
    "interest_cover_missing": _("Interest cover"),
    "current_ratio": _("Current ratio %(value)s"),
    "current_ratio_unbounded": _("No current liabilities"),
    "current_ratio_missing": _("Current ratio"),
    "quick_ratio": _("Quick ratio %(value)s"),
    "quick_ratio_unbounded": _("No current liabilities to set quick assets against"),
    "quick_ratio_missing": _("Quick ratio"),
    "cash_ratio": _("Cash ratio %(value)s"),
    "cash_ratio_unbounded": _("No current liabilities to set cash against"),
    "cash_ratio_missing": _("Cash ratio"),
    "return_on_assets": _("Net profit is %(value_percent)s of total assets"),
    "return_on_assets_missing": _("Return on assets"),
    "return_on_sales": _("Net profit is %(value_percent)s of sales"),
    "return_on_sales_missing": _("Return on sales"),
    "gross_margin": _("Gross margin %(value_percent)s"),
    "gross_margin_missing": _("Gross margin"),
    "receivable_days": _("Its own customers pay after %(value)s days"),
    "receivable_days_missing": _("Days its customers take to pay"),
    "stock_days": _("Stock lasts %(value)s days"),
    "stock_days_missing": _("Days its stock lasts"),
    "equity_shortfall": _("Equity is below zero by %(value_percent)s of total assets"),
    "equity_shortfall_none": _("Equity is not below zero"),
    "equity_shortfall_missing": _("Whether equity is below zero"),
    "own_earned_ratio": _("Equity beyond the share capital is %(value_percent)s of total assets"),
    "own_earned_ratio_missing": _("Equity beyond the share capital"),
    "retained_ratio": _("Retained earnings are %(value_percent)s of total assets"),
    "retained_ratio_missing": _("Retained earnings"),
    "long_debt_ratio": _("Long-term debt is %(value_percent)s of total assets"),
    "long_debt_ratio_missing": _("Long-term debt"),
    "short_debt_share": _("%(value_percent)s of its debts fall due within a year"),
    "short_debt_share_missing": _("Share of debts due within a year"),
    "net_debt_to_sales": _("Debts less cash are %(value_percent)s of a year’s sales"),
    "net_debt_to_sales_missing": _("Debts less cash, against sales"),
    "cash_flow_to_debts": _("Profit before depreciation is %(value_percent)s of its debts"),
    "cash_flow_to_debts_unbounded": _("No debts to repay from its earnings"),
    "cash_flow_to_debts_missing": _("Earnings against debts"),
    "near_cash_ratio": _("Cash and the like cover current liabilities %(value)s times"),
    "near_cash_ratio_unbounded": _("No current liabilities to cover with cash and the like"),
    "near_cash_ratio_missing": _("Cash and the like against current liabilities"),
    "operating_cost_ratio": _("Operating costs take %(value_percent)s of sales"),
    "operating_cost_ratio_missing": _("Operating costs against sales"),
    "other_result": _("Beside its business it earns %(value_percent)s of sales (minus: loses)"),
    "other_result_missing": _("Result beside its business"),
    "depreciation_to_sales": _("Depreciation is %(value_percent)s of sales"),
    "depreciation_to_sales_missing": _("Depreciation against sales"),
    "pretax_to_short_debts": _("Profit before tax is %(value_percent)s of current liabilities"),
    "pretax_to_short_debts_unbounded": _("No current liabilities to set profit before tax against"),
    "pretax_to_short_debts_missing": _("Profit before tax against current liabilities"),
    "asset_turnover": _("A year’s sales are %(value)s times total assets"),
    "asset_turnover_missing": _("Sales against total assets"),
    "short_debt_days": _("Current liabilities equal %(value)s days of sales"),
    "short_debt_days_missing": _("Current liabilities in days of sales"),
    "assets_size": _("Total assets of %(amount)s"),
    "assets_size_missing": _("Total assets in the portal’s currency"),
    "return_before_interest": _("Profit before tax and interest is %(value_percent)s of total assets"),
    "return_before_interest_missing": _("Profit before tax and interest"),
    "operating_return": _("Operating profit is %(value_percent)s of total assets"),
    "operating_return_missing": _("Operating profit against total assets"),
    "operating_margin": _("Operating profit is %(value_percent)s of sales"),
    "operating_margin_missing": _("Operating profit against sales"),
    "long_debt_cover": _("Current assets without stock cover long-term debt %(value)s times"),
    "long_debt_cover_unbounded": _("No long-term debt to cover"),
    "long_debt_cover_missing": _("Cover of long-term debt"),
    "debts_to_earnings": _("Its debts equal %(value)s years of earnings before depreciation"),
    "debts_to_earnings_missing": _("Debts in years of earnings"),
    "profit_to_stock": _("Net profit is %(value_percent)s of its stock"),
    "profit_to_stock_unbounded": _("No stock to set net profit against"),
    "profit_to_stock_missing": _("Net profit against stock"),
    "stock_turnover": _("A year’s sales are %(value)s times its stock"),
    "stock_turnover_unbounded": _("No stock to turn over"),
    "stock_turnover_missing": _("Turnover of stock"),
    "court_cases": _("Court cases in two years: %(value)s"),
    "court_cases_none": _("No court case in two years"),
    "court_cases_missing": _("Court cases"),
    "filing_lapses": _("Accounts late or strike-off proposed in twelve months: %(value)s"),
    "filing_lapses_none": _("Nothing filed late in twelve months"),
    "filing_lapses_missing": _("Filings on time"),
    "sector_risk_1": _("Its sector carries very low risk (1 of 5)"),
    "sector_risk_2": _("Its sector carries low risk (2 of 5)"),
    "sector_risk_3": _("Its sector carries average risk (3 of 5)"),
    "sector_risk_4": _("Its sector carries increased risk (4 of 5)"),
    "sector_risk_5": _("Its sector carries high risk (5 of 5)"),
    "sector_risk_missing": _("Risk of its sector"),
    "country_risk_ceiling": _(
        "The risk of its country allows no better grade than %(best_grade)s; by its points it would be "
        "%(grade_by_points)s"
    ),
    "sales_size": _("Sales of %(amount)s a year"),
    "sales_size_missing": _("Sales"),
    "sales_growth": _("Sales changed by %(value_percent)s in a year"),
    "sales_growth_missing": _("Growth of sales"),
    "equity_change": _("Equity changed by %(value_percent)s of total assets in a year"),
    "equity_change_missing": _("Change of equity"),
    "accounts_age": _("The latest accounts are %(value)s days old"),
    "accounts_age_missing": _("Annual accounts"),
    "audited_yes": _("The accounts are audited"),
    "audited_no": _("The accounts are not audited"),
    "audited_missing": _("Audit of the accounts"),
    "days_beyond_terms": _("Pays %(value)s days after terms on average"),
    "days_beyond_terms_none": _("Pays within terms"),
    "days_beyond_terms_missing": _("Days paid after terms"),
    "share_overdue": _("%(value_percent)s of what it owes is overdue"),
    "share_overdue_none": _("Nothing it owes is overdue"),
    "share_overdue_missing": _("Share overdue"),
    "payment_trend": _("Pays %(value)s days later than before"),
    "payment_trend_none": _("Pays no later than before"),
    "payment_trend_missing": _("Trend of payment"),
    "overdues_reported": _("Overdues reported in twelve months: %(value)s"),
    "overdues_reported_none": _("No overdue reported in twelve months"),
    "overdues_reported_missing": _("Overdues reported"),
    "claims_filed": _("Claims filed in three years: %(value)s"),
    "claims_filed_none": _("No claim filed in three years"),
    "claims_filed_missing": _("Claims filed"),
    "company_age": _("In business for %(value)s years"),
    "company_age_missing": _("Age of the company"),
    "country_risk_0": _("Very low country risk (OECD class 0 of 7)"),
    "country_risk_1": _("Low country risk (OECD class 1 of 7)"),
    "country_risk_2": _("Low country risk (OECD class 2 of 7)"),
    "country_risk_3": _("Medium country risk (OECD class 3 of 7)"),
    "country_risk_4": _("Medium country risk (OECD class 4 of 7)"),
    "country_risk_5": _("Raised country risk (OECD class 5 of 7)"),
    "country_risk_6": _("High country risk (OECD class 6 of 7)"),
    "country_risk_7": _("Very high country risk (OECD class 7 of 7)"),
    "country_risk_8": _("Low country risk (high-income country, not classified by the OECD)"),
    "country_risk_9": _("Country not classified by the OECD"),
    "country_risk_missing": _("Country risk"),
    # what overrides all points
    "status_insolvent": _("The register says it is insolvent or dissolved"),
    "insolvency_filed": _("Insolvency has been filed"),
    # what a regrade means
    "means_insolvent": _(
        "The buyer is insolvent. Nothing you deliver from now on is covered. What you delivered before under your "
        "limit stays covered; there is no waiting period for the claim."
    ),
    "means_near_failure": _(
        "The buyer is at risk of failure. Any limit you have is under review and may be withdrawn; what is covered "
        "already stays covered."
    ),
    "means_high_risk": _(
        "Non-payment has become clearly more likely. Any limit you have is under review and may be cut for later "
        "deliveries; what is covered already stays covered."
    ),
    "means_weaker": _("The buyer is weaker than before. Any limit you have stands; it is being looked at again."),
    "means_upgrade": _("The buyer is stronger than before. A higher limit has better chances now."),
    "means_first_grade": _("The buyer now has a grade. Requests for a limit can be answered at once."),
    # what can be done now
    "stop_delivering": _("Stop delivering, also what is already ordered."),
    "file_the_claim": _("File the claim with the open invoices, and register your debt with the administrator."),
    "hold_deliveries": _("Hold deliveries until what is due has been paid, or deliver against payment in advance."),
    "collect_now": _("Collect what is due now; do not extend terms."),
    "cut_the_limit": _("Reduce your limit to what you really need."),
    "get_security": _("Ask for security: a guarantee, retention of title, or a part paid in advance."),
    "remind_earlier": _("Remind earlier: before the due date instead of after it."),
    "watch_payments": _("Watch how it pays; report an overdue on time."),
    "ask_for_more": _("Ask for a higher limit if you want to sell more."),
    "ask_for_cover": _("Ask for a limit if you want to sell on credit."),
    # a score against the one before it
    "score_is_the_first": _("This is the first score: there is nothing to compare it with yet."),
    "scorecard_was_another": _(
        "The score before (grade %(former_grade)s, now %(grade)s) was made with another scorecard, %(former_edition)s; "
        "single indicators are not compared."
    ),
    "grade_was_another": _(
        "Grade %(former_grade)s before, %(grade)s now; confidence %(former_confidence_percent)s before, "
        "%(confidence_percent)s now."
    ),
    "confidence_was_another": _(
        "Grade %(grade)s as before; confidence %(former_confidence_percent)s before, %(confidence_percent)s now."
    ),
    "grade_is_the_same": _("Grade %(grade)s and confidence %(confidence_percent)s as before."),
    "no_indicator_changed": _("None of the indicators shown gives more or less than before."),
    # grades set by underwriters
    "grade_set_by_underwriter": _("An underwriter set this grade for a time"),
    "grade_set_is_over": _("The grade an underwriter had set is over; the scorecard counts again"),
    "override_needs_a_score": _("This buyer has no score yet; a grade can only be set beside one."),
    "override_not_of_insolvency": _("This buyer is insolvent; no grade can be set beside that."),
    "override_grade_out_of_range": _("A grade is a number from %(best)s to %(worst)s; 10 is for insolvency."),
    "override_changes_nothing": _("The scorecard gives grade %(grade)s already."),
    "override_reason_too_short": _(
        "Give the reason in at least %(shortest)s characters: what the scorecard cannot know."
    ),
    "override_end_not_ahead": _("The last day (%(until_on)s) must be ahead."),
    "override_end_too_far": _("A grade can be set for %(longest)s days at most."),
    "override_open_already": _("A grade is already set for this buyer, or waits to be confirmed."),
    "override_nobody_may_confirm": _(
        "No colleague’s authority reaches this grade and the limits on the buyer: nobody could confirm it."
    ),
    "override_open_on_both": _(
        "A grade set by an underwriter is open on both entries; end, withdraw or decide one of them first."
    ),
    "override_needs_another": _("You asked for it yourself; another underwriter decides."),
    "override_is_anothers": _("Only who asked for it can withdraw it."),
    # accounts typed in by an underwriter
    "accounts_of_the_future": _("These accounts end on %(period_end_on)s, which is still to come."),
    "months_out_of_range": _("A year of accounts has 1 to %(longest)s months."),
    "accounts_are_empty": _("Give at least one line of the accounts."),
    "line_below_nothing": _("This line cannot be negative."),
    "part_exceeds_whole": _("This is more than the total it is a part of."),
    "statement_known": _(
        "The portal already has accounts to %(period_end_on)s from “%(source)s”, with other figures. Look through what "
        "differs; if yours are right, keep them: they take the place of the older ones."
    ),
    # what may be right all the same
    "assets_do_not_add_up": _(
        "Fixed and current assets together differ from total assets by %(amount)s. Deferred items may be the reason."
    ),
    "balance_does_not_balance": _(
        "Equity and liabilities together differ from total assets by %(amount)s. Provisions or deferred "
        "income may be the reason."
    ),
    "debts_do_not_add_up": _(
        "Current liabilities and long-term debt together differ from total liabilities by %(amount)s."
    ),
    "profit_exceeds_sales": _("The operating profit is more than the sales. Look whether the two were mixed up."),
    # amounts as people write them
    "amount_unreadable": _("This is no amount. Write digits, for example 1234567.89."),
    "amount_in_powers": _(
        "A spreadsheet has shortened this number (1.2E+07) and lost digits. Format the cell as a number and try again."
    ),
    "amount_ambiguous": _(
        "“%(written)s” can be read as a whole number or as a fraction. Write it without marks between the digits."
    ),
    # accounts sent by an exporter
    "accounts_of_no_buyer_of_yours": _("This buyer is not among your buyers. Add it first, then send its accounts."),
    "accounts_sent_already": _(
        "Your firm has sent the accounts to %(period_end_on)s already (%(reference)s); an underwriter is looking at "
        "them. Withdraw them first to send others."
    ),
    "remark_missing": _("Say what is wrong; the exporter reads it."),
    # rates
    "currency_not_quoted": _("There is no exchange rate for %(currency)s up to %(day_on)s."),
    "rate_series_ended": _("Exchange rates of %(currency)s ended on %(last_on)s; there is none for %(day_on)s."),
    "rate_too_old": _("The last exchange rate of %(currency)s is of %(last_on)s, too old for %(day_on)s."),
}

# --- what is watched --------------------------------------------------------------------------------------------------

SIGNALS: dict[str, Any] = {
    # what happened (buyers/data/signals.json)
    "signal_accounts_received": _("New accounts have come in"),
    "signal_accounts_late": _("The annual accounts are late"),
    "signal_downgrade": _("The grade fell"),
    "signal_overdue_reported": _("Overdue payments were reported"),
    "signal_claim_filed": _("Unpaid invoices were claimed from the insurer"),
    "signal_court_case": _("A court case was brought against it"),
    "signal_insolvency_filed": _("Insolvency proceedings"),
    "signal_dissolved": _("The company was dissolved"),
    "signal_strike_off_proposed": _("The register proposes to strike it off"),
    "signal_register_status_restored": _("The register lists it as active again"),
    "signal_management_change": _("The management changed"),
    "signal_address_change": _("The registered address changed"),
    "signal_name_change": _("The registered name changed"),
    "signal_sanctions_hit": _("It stands on a sanctions list"),
    "signal_country_downgrade": _("The rating of its country fell"),
    "signal_downgrade_from": _("The grade fell from %(former_grade)s to %(grade)s"),
    "signal_country_downgrade_from": _("The rating of its country fell from %(former_rating)s to %(rating)s"),
    # what else is known of it
    "fact_court": _("Court: %(court)s"),
    "fact_reference": _("Reference: %(reference)s"),
    "fact_amount": _("Amount: %(amount)s"),
    "fact_status": _("Status in the register: %(status)s"),
    "fact_former_name": _("Former name: %(former_name)s"),
    "fact_name": _("New name: %(name)s"),
    "fact_former_address": _("Former address: %(former_address)s"),
    "fact_address": _("New address: %(address)s"),
    "fact_period_end_on": _("Accounts to %(period_end_on)s"),
    "fact_expected_on": _("Expected by %(expected_on)s"),
    "fact_linked_parent": _("Its parent: %(linked_name)s"),
    "fact_linked_main_customer": _("A main customer: %(linked_name)s"),
    "fact_linked_main_supplier": _("A main supplier: %(linked_name)s"),
    "country_fell": _("%(country)s: the country’s rating fell from %(former_rating)s to %(rating)s"),
    "signal_linked_trouble": _("A company linked to it is in trouble"),
    # what it means
    "means_accounts_received": _("The buyer is graded again from its latest accounts."),
    "means_accounts_late": _(
        "The accounts should be published by now. Companies in difficulty often publish late; until they come, the "
        "grade rests on old figures."
    ),
    "means_downgrade": _("Non-payment has become more likely. Any limit you have is looked at again."),
    "means_overdue_reported": _(
        "Several policyholders reported that invoices were not paid in time. Yours may be next, even if it has paid "
        "you so far."
    ),
    "means_claim_filed": _(
        "Several policyholders claimed unpaid invoices. A loss has become likely; any limit you have may be withdrawn "
        "for later deliveries."
    ),
    "means_court_case": _(
        "A creditor is suing. A single case need not mean much; several are an early sign of trouble."
    ),
    "means_insolvency_filed": _(
        "The company no longer pays its debts of its own accord. Nothing you deliver from now on is covered; what you "
        "delivered before under your limit stays covered."
    ),
    "means_dissolved": _("The company no longer exists. Nobody can be held to what it owes except its liquidator."),
    "means_strike_off_proposed": _(
        "If nobody objects, the company will cease to exist in a few months, and its assets go to the state. As a "
        "creditor you can object."
    ),
    "means_register_status_restored": _("What the register had said of it is withdrawn. It is graded anew."),
    "means_management_change": _("Somebody else directs the company now. Who may sign for it can have changed too."),
    "means_address_change": _("The company has moved. Notices and court papers go to the new address."),
    "means_name_change": _(
        "It is the same company under another name: your limit goes on. Orders and invoices should bear the new name."
    ),
    "means_sanctions_hit": _(
        "An underwriter found that the buyer stands on a sanctions list. No limit is decided automatically."
    ),
    "means_country_downgrade": _(
        "Payments from this country have become less certain, whatever the buyer itself does. Terms and premium follow "
        "the new rating, and your buyers there are graded again within a week."
    ),
    "means_linked_trouble": _("Trouble of a parent or of a main customer often reaches the company itself."),
    # what can be done now, besides what a regrade asks for
    "read_the_accounts": _("Read what the new accounts changed in the grade."),
    "ask_for_accounts": _("Ask the buyer for its accounts and send them to us."),
    "report_own_overdue": _("If invoices of yours are overdue, report them on time."),
    "check_who_signs": _("Check who may order and sign for the company."),
    "check_the_address": _("Check the delivery address of orders: swindlers like to order in good names."),
    "check_the_name": _("Put the new name on orders and invoices; check that the number is the same."),
    "ask_the_underwriter": _("Ask your underwriter before you sell more on credit."),
    "read_the_country": _("Read what the new rating means for terms and premium."),
    "look_through_the_buyers": _("Look through your buyers there: ask for security where much is open."),
    "nothing_to_collect": _("You have no open invoices on this buyer, so nothing needs doing now."),
    "nothing_at_stake": _(
        "You have neither a limit nor open invoices on this buyer, so nothing of yours is at stake now."
    ),
}

# --- publishers' files, sanctions lists, links ------------------------------------------------------------------------

FEEDS: dict[str, Any] = {
    # a file as a whole
    "list_of_another_kind": _("This is another file: a row has %(columns)s columns instead of %(expected)s."),
    "list_empty": _("The file has no entry that can be read. The list is as it was."),
    "list_is_older": _("The list is already known as of %(edition_on)s; this file is older. Nothing was changed."),
    "list_shrank": _(
        "%(lost)s of %(listed)s entries are missing in this file. That looks like a file cut short, so nothing was "
        "changed."
    ),
    "xml_unsafe": _("The file has a document type or entities of its own, which no list needs. It was not read."),
    "xml_broken": _("The file is no complete XML; it breaks off or is damaged at line %(line)s. Nothing was changed."),
    "xml_of_another_kind": _("This is another XML: it begins with “%(root)s” instead of CONSOLIDATED_LIST."),
    "edition_in_future": _("The day whose state the file tells is still to come."),
    "column_unknown": _("“%(column)s” is not a column this format has."),
    # a row of it
    "register_status_unknown": _("“%(status)s” is not a status the register is known to use."),
    "entry_twice": _("The number %(number)s stands in the list twice; the first one counts."),
    "entry_unknown": _("There is no entry %(number)s on the list. Take in the list itself first."),
    "entry_number_unreadable": _("The entry has no number of its list."),
    "entry_kind_unknown": _("“%(kind)s” is neither an entity, an individual, a vessel nor an aircraft."),
    "alias_kind_unknown": _("“%(kind)s” is no kind of alias (aka, fka, nka)."),
    "event_id_missing": _("The event has no number of its source, so that it could not be told from others."),
    "event_kind_unknown": _("“%(kind)s” is not a kind of event the portal knows."),
    "event_kind_not_from_feeds": _("Events of this kind have a source of their own and come in no file."),
    "event_date_missing": _("The day of the event is missing."),
    "event_still_to_come": _("The event is said to happen on %(happened_on)s, which is still to come."),
    "event_too_old": _("The event is said to have happened on %(happened_on)s, too long ago to be true or of use."),
    "event_contradicts": _("Line %(first)s has another event under the same number."),
    "json_unreadable": _("The line is no complete JSON."),
    "json_not_flat": _("The line is no flat JSON object of texts and numbers."),
    "company_not_in_directory": _("The directory has no company with this number."),
    # links between companies
    "relation_unknown": _("“%(relation)s” is no relation: parent, main_customer or main_supplier."),
    "link_to_itself": _("A company cannot be linked to itself."),
    "link_goes_in_a_circle": _("This company belongs to the group of the other already: it would go in a circle."),
    "parent_known": _("The company has another parent at present. End that link first."),
    "link_in_future": _("The day %(since_on)s is still to come."),
    "link_ends_before_it_began": _("The link cannot end before it began."),
    "link_has_ended": _("The link has ended already."),
    "source_missing": _("Say where this is known from."),
    # sanctions hits
    "reason_too_short": _("Give the reason in a sentence: somebody will ask for it."),
    "hit_outcome_unknown": _("Choose whether the buyer is the one listed."),
}

# --- the trail --------------------------------------------------------------------------------------------------------

TRAIL: dict[str, Any] = {
    "audit_add_to_book": _("Took a buyer into the book"),
    "audit_edit_book_entry": _("Changed the notes on a buyer"),
    "audit_watch_buyers": _("Chose what is told by mail of buyers"),
    "audit_archive_book_entry": _("Laid a buyer aside"),
    "audit_restore_book_entry": _("Took a buyer back into the book"),
    "audit_propose_buyer": _("Proposed a buyer"),
    "audit_confirm_proposal": _("Confirmed a proposed buyer"),
    "audit_merge_proposal": _("Found a proposed buyer in the directory"),
    "audit_refuse_proposal": _("Refused a proposed buyer"),
    "audit_withdraw_proposal": _("Withdrew a proposed buyer"),
    "audit_merge_buyers": _("Merged two entries of the directory"),
    "audit_raise_country_alerts": _("Raised alerts on countries whose rating fell"),
    "audit_follow_country_risks": _("Looked which announced ratings of countries came into force"),
    "audit_raise_signal_alerts": _("Raised alerts on what happened to buyers"),
    "audit_tell_of_regrades": _("Told firms of new grades"),
    "audit_read_alert": _("Opened an alert"),
    "audit_settle_alert": _("Marked an alert as done"),
    "audit_reopen_alert": _("Opened an alert again"),
    "audit_record_statement": _("Recorded a buyer’s accounts"),
    "audit_send_accounts": _("Sent a buyer’s accounts"),
    "audit_withdraw_accounts": _("Withdrew accounts that were sent"),
    "audit_confirm_accounts": _("Confirmed accounts an exporter had sent"),
    "audit_hand_accounts_back": _("Handed back accounts an exporter had sent"),
    "audit_hand_in_accounts_file": _("Handed in a file of accounts"),
    "audit_open_accounts_file": _("Looked at a file of accounts"),
    "audit_take_in_accounts": _("Took in rows of a file of accounts"),
    "audit_close_accounts_file": _("Finished a file of accounts"),
    "audit_record_experience": _("Recorded payment experience"),
    "audit_record_signal": _("Recorded what is known of a buyer"),
    "audit_record_signals": _("Recorded what is known of several buyers"),
    "audit_find_late_accounts": _("Looked for late accounts"),
    "audit_spread_trouble": _("Looked for trouble at linked companies"),
    "audit_rename_buyer": _("Renamed a buyer as the register has it"),
    "audit_hand_in_feed": _("Handed in a publisher’s file"),
    "audit_finish_feed": _("Took in a publisher’s file"),
    "audit_give_up_feed": _("Gave up a publisher’s file"),
    "audit_take_in_events": _("Took in events"),
    "audit_take_in_register": _("Took in rows of a register"),
    "audit_take_in_link_rows": _("Took in links between companies"),
    "audit_take_in_links": _("Recorded links between companies"),
    "audit_take_in_list": _("Took in a sanctions list"),
    "audit_take_in_aliases": _("Took in aliases of a sanctions list"),
    "audit_take_in_addresses": _("Took in addresses of a sanctions list"),
    "audit_screen_batch": _("Screened buyers against the sanctions lists"),
    "audit_decide_hit": _("Decided on a sanctions hit"),
    "audit_link_buyers": _("Linked two companies"),
    "audit_end_link": _("Ended a link between companies"),
    "audit_score_buyer": _("Graded a buyer"),
    "audit_plan_refresh": _("Planned a refresh of grades"),
    "audit_refresh_range": _("Refreshed grades"),
    "audit_propose_override": _("Asked to set a grade"),
    "audit_confirm_override": _("Confirmed a grade set by a colleague"),
    "audit_move_override": _("Took a grade set by an underwriter along to the entry that stays"),
    "audit_refuse_override": _("Refused to set a grade"),
    "audit_withdraw_override": _("Withdrew the wish to set a grade"),
    "audit_end_override": _("Ended a grade set by an underwriter"),
    "audit_lapse_override": _("A grade set by an underwriter was over"),
    "audit_plan_rescore": _("Planned to score everybody under another edition"),
    "audit_end_session": _("Ended the session of a worker that stood still"),
    "audit_finish_run": _("Noted the end of a refresh"),
    "audit_fail_range": _("Gave up a part of a refresh"),
    "audit_resume_refresh": _("Took up a refresh again"),
    "audit_keep_country_risks": _("Recorded country risks"),
    "audit_take_in_country_list": _("Took in a list of countries"),
    "audit_keep_rates": _("Recorded exchange rates"),
    "audit_hand_in_directory_file": _("Handed in a file of companies"),
    "audit_merge_directory_file": _("Imported a file of companies"),
    "audit_give_up_directory_file": _("Gave up an import of companies"),
}

WORDS: dict[str, Any] = {
    **below.WORDS,
    **DIRECTORY,
    **SCORES,
    **SIGNALS,
    **FEEDS,
    **CUSTOMER_LISTS,
    **TRAIL,
}
