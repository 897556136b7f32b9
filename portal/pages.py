"""The pages that need several apps."""

from django.urls import path, re_path

from claims.views import book
from portal.views import alert, buyer, countries, duties, health, help, home, language, live, search
from portal.views.lookup import grade_lookup, looked_up_grade
from portal.views.report import buyer_report, buyer_report_pdf

urlpatterns = [
    path("", home.home, name="home"),
    path("todo/", duties.duties, name="duties"),
    path("search", search.search, name="search"),
    path("help/", help.help, name="help"),
    path("buyers/<int:pk>/", buyer.buyer, name="buyer"),
    path("buyers/<int:pk>/report/", buyer_report, name="buyer_report"),
    path("buyers/<int:pk>/report.pdf", buyer_report_pdf, name="buyer_report_pdf"),
    path("buyers/alerts/<int:pk>/", alert.alert, name="alert"),
    path("buyers/lookup/", grade_lookup, name="grade_lookup"),
    path("buyers/lookup/<int:pk>/", looked_up_grade, name="looked_up_grade"),
    path("buyers/entries/<int:pk>/archive/", book.archive_buyer, name="archive_buyer"),
    path("countries/", countries.countries, name="countries"),
    re_path(r"^countries/(?P<code>[A-Za-z]{2})/$", countries.country, name="country"),
    path("i18n/", language.set_language, name="set_language"),
    path("live/events", live.live_events, name="live_events"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
