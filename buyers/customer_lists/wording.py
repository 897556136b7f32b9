"""Sentences about customer lists, keyed by code; buyers/wording.py takes them in."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CUSTOMER_LISTS: dict[str, Any] = {
    # a file as a whole
    "list_is_no_table": _("This is no table. Send the list as CSV or Excel (.xlsx)."),
    "list_damaged": _("The Excel file cannot be read. Save it once more in Excel, or as CSV, and send it again."),
    "list_too_wide": _("The list has more than %(most)s columns. Send only those that say who the customers are."),
    "list_too_long": _("The list has more than %(most)s rows. Send it in parts."),
    "list_encoding_wrong": _("Choose the characters of the file from the list."),
    "list_broke_off": _(
        "Reading the list broke off because of a fault of the portal. The operator finds the cause in the log."
    ),
    # its columns
    "list_names_nobody": _("Say which column has the names, or a number, of your customers."),
    "column_means_twice": _("Only addresses and numbers may stand in several columns; everything else in one."),
    "column_meaning_unknown": _("“%(meaning)s” is nothing a column can mean."),
    # a row of it
    "row_names_nobody": _("The row has neither a name nor a number."),
    "row_formula_unread": _(
        "A cell is a formula without a saved value. Save the list in Excel, or paste it as values."
    ),
    "row_country_unknown": _("“%(found)s” is no country we know."),
    "row_number_wrong": _("“%(found)s” cannot be a number of this kind, and the row has no name."),
    "row_broke_off": _("The match of this row broke off. Look the customer up in the directory."),
    # what a match came to
    "match_by_number": _("The number is this company’s alone."),
    "match_by_name_and_address": _("Name, country and address are this company’s alone."),
    "match_numbers_disagree": _("The numbers of the row belong to different companies."),
    "match_name_contradicts": _("The number is this company’s, but the name is another one."),
    "match_country_contradicts": _("The number is this company’s, but it is in another country."),
    "match_further_number_differs": _("A number is this company’s, but another number of the row is not."),
    "match_kind_open": _(
        "A company has this number, but the row does not say of which kind it is, nor a name like the company’s."
    ),
    "match_dissolved": _("The row is this company, but the company is dissolved; somebody may have succeeded it."),
    "match_name_shared": _("%(number)s companies bear this name."),
    "match_country_missing": _("One company bears this name, but the row gives no country."),
    "match_number_differs": _("A company of this name has another number."),
    "match_name_alone": _("One company in this country bears this name; compare its address with your contract."),
    "match_place_differs": _("One company in this country bears this name, but it is at another address."),
    "match_names_alike": _("No company bears this very name; these are spelled alike."),
    "match_found_nothing": _("The directory has no company of this name."),
    "match_number_unknown": _("The directory has neither this number nor a company of this name."),
    # what speaks for a candidate, and what against it
    "match_other_number": _("Other number"),
    "match_former_name": _("By a former name"),
    "match_other_country": _("Other country"),
    "match_same_place": _("Same address"),
    # whoever chooses
    "choice_not_offered": _("Row %(number)s: this company was not among those found. Reload the page."),
    "choice_overtaken": _("Row %(number)s: a colleague decided meanwhile. Your choice was not kept; look once more."),
    # what a column means
    "column_name": pgettext_lazy("company", "Name"),
    "column_country": _("Country"),
    "column_address": _("Address (street, postcode)"),
    "column_city": _("City"),
    "column_reference": _("Your reference"),
    "column_number": _("Number, of any kind"),
    # the trail
    "audit_hand_in_customer_list": _("Handed in a list of customers"),
    "audit_confirm_columns": _("Said what the columns of a list mean"),
    "audit_choose_listed_buyers": _("Chose which companies rows of a list mean"),
    "audit_choose_only_namesakes": _("Chose the only company of its name for rows of a list"),
    "audit_add_listed_buyers": _("Took the buyers of a list into the book"),
    "audit_give_up_customer_list": _("Gave up a list of customers"),
    "audit_ask_for_result": _("Asked for the results of a list as a file"),
    "audit_write_result": _("Wrote the results of a list"),
    "audit_forget_old_results": _("Deleted old result files"),
    "audit_read_customer_list": _("Read a list of customers"),
    "audit_turn_customer_list_away": _("Turned a list of customers away"),
    "audit_match_range": _("Matched rows of a list"),
    "audit_fail_customer_range": _("Could not match rows of a list"),
}
