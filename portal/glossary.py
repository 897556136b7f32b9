"""The words of the trade, one per idea, each with what it means. docs/glossary.md is the same list for developers."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Term:
    """`english` and `chinese` are the words; `meaning` is translated. `code` is the anchor on the help page."""

    code: str
    english: str
    chinese: str
    meaning: str | Promise


TERMS = (
    Term(
        "insured",
        "exporter, insured firm",
        "出口商（被保险人）",
        _("The firm that sells on credit and holds the policy."),
    ),
    Term(
        "buyer",
        "buyer",
        "买方",
        _("The firm that owes you money: one registered legal entity, not a brand or a branch."),
    ),
    Term(
        "book",
        "your book",
        "客户名册",
        _("The buyers you have taken in. You are told what happens to these and to no others."),
    ),
    Term(
        "grade",
        "grade",
        "评级",
        _("How likely a buyer is to fail, from 1 (best) to 10 (insolvent)."),
    ),
    Term(
        "confidence",
        "confidence",
        "置信度",
        _("How much of what the grade looks at is known, in per cent."),
    ),
    Term(
        "alert",
        "alert",
        "预警",
        _("News about a buyer in your book, such as a grade that fell."),
    ),
    Term(
        "watch_level",
        "watch level",
        "关注级别",
        _("Which news about a buyer you are told by mail. In the page you see all of it."),
    ),
    Term(
        "report",
        "buyer report",
        "买方报告",
        _("What is known of a buyer in your book on one page, with the reasons of its grade; also as a PDF."),
    ),
    Term(
        "recommended",
        "recommended maximum credit",
        "建议最高赊销额",
        _("The most a careful supplier would let the buyer owe. It is advice and no cover."),
    ),
    Term(
        "country",
        "house rating",
        "内部国家评级",
        _("The risk of a country as the insurer sees it: AA to D, with 1 to 4 for the months ahead."),
    ),
    Term(
        "list",
        "customer list",
        "客户名单",
        _("Your own customers as a file; the match says which companies of the directory they are."),
    ),
    Term(
        "limit",
        "credit limit",
        "信用限额",
        _("How much one buyer may owe you at one time under cover."),
    ),
    Term(
        "decision",
        "decision",
        "批复",
        _("The insurer’s answer to your request, with its reasons. It does not change; a later one takes its place."),
    ),
    Term(
        "terms",
        "payment terms",
        "账期",
        _("The days between the invoice and the day it is due."),
    ),
    Term(
        "insured_percentage",
        "insured percentage",
        "赔付比例",
        _("The share of a covered loss that the insurer pays."),
    ),
    Term(
        "extension",
        "maximum extension period",
        "最长延展期",
        _("How long you may let a buyer pay late before you must stop shipping."),
    ),
    Term(
        "overdue",
        "overdue",
        "逾期",
        _("What is unpaid after its due date."),
    ),
    Term(
        "waiting_period",
        "waiting period",
        "等待期",
        _("The time that must pass before unpaid debt counts as a loss. With insolvency there is none."),
    ),
    Term(
        "claim",
        "claim",
        "索赔",
        _("Your demand that the insurer pays for a loss, with its papers."),
    ),
    Term(
        "deductible",
        "deductible",
        "免赔额",
        _("The part of a loss you bear before the insurer pays."),
    ),
    Term(
        "premium",
        "premium",
        "保费",
        _("What the cover costs: a share of your declared turnover, at least the minimum premium."),
    ),
    Term(
        "underwriter",
        "underwriter",
        "核保人",
        _("The person at the insurer who decides limits that the machine does not decide alone."),
    ),
)
