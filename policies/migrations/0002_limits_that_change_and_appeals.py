import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("buyers", "0004_search_imports_and_proposals"),
        ("policies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="From")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="To")),
                ("reason", models.CharField(max_length=200, verbose_name="Reason")),
            ],
            options={
                "verbose_name": "Suspension",
                "verbose_name_plural": "Suspensions",
            },
        ),
        migrations.RemoveConstraint(
            model_name="limitrequest",
            name="one_open_request",
        ),
        migrations.AddField(
            model_name="creditlimit",
            name="lapsed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Ended"),
        ),
        migrations.AddField(
            model_name="creditlimit",
            name="upcoming",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="policies.limitdecision",
            ),
        ),
        migrations.AddField(
            model_name="creditlimit",
            name="upcoming_on",
            field=models.DateField(blank=True, null=True, verbose_name="Changes on"),
        ),
        migrations.AddField(
            model_name="limitrequest",
            name="appeals",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appealed_by",
                to="policies.limitdecision",
            ),
        ),
        migrations.AddIndex(
            model_name="creditlimit",
            index=models.Index(
                condition=models.Q(("upcoming__isnull", False)), fields=["upcoming_on"], name="limits_about_to_change"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("house_amount__gte", 0)), name="limit_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("upcoming__isnull", True), ("upcoming_on__isnull", True)),
                    models.Q(("upcoming__isnull", False), ("upcoming_on__isnull", False)),
                    _connector="OR",
                ),
                name="limit_upcoming_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("stage__in", ["awaiting_review", "asked", "referred", "countersign"]),
                    models.Q(("kind__in", ["reduction", "cancellation"]), _negated=True),
                ),
                fields=("policy", "buyer"),
                name="one_open_request",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="suspensions", to="policies.policy"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="suspension_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)), fields=("policy",), name="one_open_suspension"
            ),
        ),
    ]
