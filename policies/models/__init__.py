"""Policies with dated terms, limit requests and decisions, the insurer's capacity and appetite."""

from policies.models.capacity import Appetite, BuyerCapacity
from policies.models.credit_limit import CreditLimit
from policies.models.limit_decision import LimitDecision
from policies.models.limit_request import LimitRequest
from policies.models.policy import Policy, Suspension
from policies.models.request_paper import RequestPaper
from policies.models.terms import PolicyTerms

__all__ = [
    "Appetite",
    "BuyerCapacity",
    "CreditLimit",
    "LimitDecision",
    "LimitRequest",
    "Policy",
    "PolicyTerms",
    "RequestPaper",
    "Suspension",
]
