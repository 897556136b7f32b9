"""The addresses of this app."""

from django.urls import URLPattern, path, re_path

from buyers.views import alerts, book, find, letters, lists, proposal, scores, sent_accounts

urlpatterns: list[URLPattern] = [
    # the book
    path("", book.buyers, name="buyers"),
    re_path(r"^export\.(?P<kind>csv|xlsx)$", book.export_buyers, name="export_buyers"),
    path("watch/", book.watch_shown_buyers, name="watch_shown_buyers"),
    path("add/", book.add_buyer, name="add_buyer"),
    path("entries/<int:pk>/", book.book_entry_edit, name="book_entry_edit"),
    path("entries/<int:pk>/restore/", book.restore_buyer, name="restore_buyer"),
    # lists of customers
    path("lists/", lists.customer_lists, name="customer_lists"),
    path("lists/upload/", lists.upload_customer_list, name="upload_customer_list"),
    path("lists/<int:pk>/", lists.customer_list, name="customer_list"),
    path("lists/<int:pk>/columns/", lists.customer_list_columns, name="customer_list_columns"),
    path("lists/<int:pk>/choose/", lists.choose_customers, name="choose_customers"),
    path("lists/<int:pk>/choose/namesakes/", lists.choose_namesakes, name="choose_namesakes"),
    path("lists/<int:pk>/add/", lists.add_customers, name="add_customers"),
    path("lists/<int:pk>/give-up/", lists.give_up_list, name="give_up_list"),
    re_path(r"^lists/(?P<pk>\d{1,18})/result\.(?P<kind>csv|xlsx)$", lists.export_list, name="export_list"),
    re_path(r"^lists/(?P<pk>\d{1,18})/result\.(?P<kind>csv|xlsx)/ask/$", lists.ask_list_result, name="ask_list_result"),
    # the directory
    path("find/", find.find_buyer, name="find_buyer"),
    path("propose/", proposal.propose_buyer, name="propose_buyer"),
    path("proposals/", proposal.buyer_proposals, name="buyer_proposals"),
    path("proposals/<int:pk>/", proposal.buyer_proposal, name="buyer_proposal"),
    path("proposals/<int:pk>/withdraw/", proposal.withdraw_proposal, name="withdraw_proposal"),
    # accounts a firm sends in
    path("<int:pk>/accounts/send/", sent_accounts.send_accounts, name="send_accounts"),
    path("accounts/<int:pk>/", sent_accounts.accounts_sent, name="accounts_sent"),
    path("accounts/<int:pk>/withdraw/", sent_accounts.withdraw_accounts, name="withdraw_accounts"),
    # alerts and grades
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>/done/", alerts.alert_done, name="alert_done"),
    path("<int:pk>/letters/<slug:kind>/", letters.buyer_letter, name="buyer_letter"),
    path("<int:pk>/grade/", scores.score_history, name="score_history"),
]
