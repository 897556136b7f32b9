"""The addresses of this app."""

from django.urls import path

from receivables.views import ledger

urlpatterns = [path("", ledger.ledger, name="ledger")]
