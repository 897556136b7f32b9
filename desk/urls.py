"""The addresses of this app."""

from django.urls import path

from desk.views import document, notice, review

urlpatterns = [
    path("notices/", notice.notices, name="notices"),
    path("notices/read/", notice.read_all_notices, name="read_all_notices"),
    path("notices/<int:pk>/", notice.notice, name="notice"),
    path("reviews/", review.reviews, name="reviews"),
    path("documents/<uuid:pk>/", document.document, name="document"),
]
