"""One page: whether the database answers, and how many people it holds."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import path


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{User.objects.count()} people")


urlpatterns = [path("healthz", healthz)]
