"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from django.utils.translation import gettext_lazy as _

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
    "query_too_long": _("Type at most %(length)s characters."),
    # proposals
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

WORDS: dict[str, Any] = {
    **below.WORDS,
    **DIRECTORY,
}
