"""The addresses of this app."""

from django.urls import path

from claims.views import claim, item, overdue, paper

urlpatterns = [
    path("", claim.claims, name="claims"),
    path("file/", claim.file_claim, name="file_claim"),
    path("file/<int:buyer>/", claim.file_claim, name="file_claim"),
    path("overdue/<int:buyer>/", overdue.report_overdue, name="report_overdue"),
    path("<int:pk>/", claim.claim, name="claim"),
    path("<int:pk>/amend/", claim.amend_claim, name="amend_claim"),
    path("<int:pk>/send/", claim.send_claim, name="send_claim"),
    path("<int:pk>/hand-back/", claim.hand_back_claim, name="hand_back_claim"),
    path("<int:pk>/withdraw/", claim.withdraw_claim, name="withdraw_claim"),
    path("<int:pk>/invoices/", item.add_claim_invoice, name="add_claim_invoice"),
    path("<int:pk>/invoices/ledger/<int:invoice>/", item.add_ledger_invoice, name="add_ledger_invoice"),
    path("<int:pk>/invoices/<int:item>/remove/", item.remove_claim_invoice, name="remove_claim_invoice"),
    path("<int:pk>/papers/", paper.attach_papers, name="attach_papers"),
    path("<int:pk>/papers/<int:paper>/remove/", paper.remove_paper, name="remove_paper"),
    path("requests/<int:pk>/answer/", paper.answer_paper_request, name="answer_paper_request"),
]
