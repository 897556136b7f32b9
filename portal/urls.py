"""Every address of the portal; each app lists its own."""

from django.contrib import admin
from django.urls import include, path

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"

urlpatterns = [
    path("", include("portal.pages")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("desk/", include("desk.urls")),
    path("buyers/", include("buyers.urls")),
    path("limits/", include("policies.urls")),
    path("ledger/", include("receivables.urls")),
    path("claims/", include("claims.urls")),
    path("office/", admin.site.urls),
]
