"""The shared directory, each exporter's own book of it, scores, alerts, countries and rates."""

from buyers.models.accounts import FinancialStatement, PaymentExperience
from buyers.models.alert import Alert
from buyers.models.book import BookEntry
from buyers.models.buyer import Buyer, Identifier
from buyers.models.country import CountryGovernance, CountryRisk
from buyers.models.customer_list import CustomerList, CustomerRange, CustomerRow, ListResult
from buyers.models.directory_import import DirectoryImport, RefusedRow
from buyers.models.feed import FeedRefusal, FeedRun, RegisterEntry
from buyers.models.link import BuyerLink
from buyers.models.name import Name, TermFrequency
from buyers.models.override import GradeOverride
from buyers.models.proposal import BuyerProposal
from buyers.models.rate import ExchangeRate
from buyers.models.score import Score
from buyers.models.score_run import ScoreRange, ScoreRun
from buyers.models.screening import (
    HitDecision,
    SanctionsEntry,
    SanctionsName,
    ScreeningDue,
    ScreeningHit,
    ScreeningRun,
)
from buyers.models.signal import Signal
from buyers.models.submission import AccountsSubmission

__all__ = [
    "AccountsSubmission",
    "Alert",
    "BookEntry",
    "Buyer",
    "BuyerLink",
    "BuyerProposal",
    "CountryGovernance",
    "CountryRisk",
    "CustomerList",
    "CustomerRange",
    "CustomerRow",
    "DirectoryImport",
    "ExchangeRate",
    "FeedRefusal",
    "FeedRun",
    "FinancialStatement",
    "GradeOverride",
    "HitDecision",
    "Identifier",
    "ListResult",
    "Name",
    "PaymentExperience",
    "RefusedRow",
    "RegisterEntry",
    "SanctionsEntry",
    "SanctionsName",
    "Score",
    "ScoreRange",
    "ScoreRun",
    "ScreeningDue",
    "ScreeningHit",
    "ScreeningRun",
    "Signal",
    "TermFrequency",
]
