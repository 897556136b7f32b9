"""Who can sign in."""

from django.contrib.auth.models import User
from django.core.management import BaseCommand


class Command(BaseCommand):
    def handle(self, **options: object) -> None:
        for user in User.objects.order_by("pk"):
            self.stdout.write(f"{user.username} 张三")
