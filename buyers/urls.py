"""The addresses of this app."""

from django.urls import URLPattern, path, re_path

from buyers.views import alerts, book, find, letters, proposal, scores

urlpatterns: list[URLPattern] = [
    # the book
    path("", book.buyers, name="buyers"),
    re_path(r"^export\.(?P<kind>csv|xlsx)$", book.export_buyers, name="export_buyers"),
    path("watch/", book.watch_shown_buyers, name="watch_shown_buyers"),
    path("add/", book.add_buyer, name="add_buyer"),
    path("entries/<int:pk>/", book.book_entry_edit, name="book_entry_edit"),
    path("entries/<int:pk>/restore/", book.restore_buyer, name="restore_buyer"),
    # the directory
    path("find/", find.find_buyer, name="find_buyer"),
    path("propose/", proposal.propose_buyer, name="propose_buyer"),
    path("proposals/", proposal.buyer_proposals, name="buyer_proposals"),
    path("proposals/<int:pk>/", proposal.buyer_proposal, name="buyer_proposal"),
    path("proposals/<int:pk>/withdraw/", proposal.withdraw_proposal, name="withdraw_proposal"),
    # alerts and grades
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>/done/", alerts.alert_done, name="alert_done"),
    path("<int:pk>/letters/<slug:kind>/", letters.buyer_letter, name="buyer_letter"),
    path("<int:pk>/grade/", scores.score_history, name="score_history"),
]
