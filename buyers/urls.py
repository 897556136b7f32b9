"""The addresses of this app."""

from django.urls import URLPattern, path

from buyers.views import alerts, scores

urlpatterns: list[URLPattern] = [
    # alerts and grades
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>/done/", alerts.alert_done, name="alert_done"),
    path("<int:pk>/grade/", scores.score_history, name="score_history"),
]
