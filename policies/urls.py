"""The addresses of this app."""

from django.urls import URLPattern, path

from policies.views import appeal, ask, limits, policy, request

urlpatterns: list[URLPattern] = [
    path("", limits.limits, name="limits"),
    path("policy/", policy.policy, name="policy"),
    path("ask/<int:buyer>/", ask.ask_limit, name="ask_limit"),
    path("ask/<int:buyer>/preview", ask.limit_preview, name="limit_preview"),
    path("requests/<int:pk>/", request.limit_request, name="limit_request"),
    path("requests/<int:pk>/withdraw", request.withdraw_limit_request, name="withdraw_limit_request"),
    path("requests/<int:pk>/send", request.send_reviewed_request, name="send_reviewed_request"),
    path("requests/<int:pk>/hand-back", request.hand_back_request, name="hand_back_request"),
    path("decisions/<int:pk>/appeal/", appeal.appeal_decision, name="appeal_decision"),
    path("<int:pk>/", limits.limit, name="limit"),
]
