"""A claim keeps the edition of its list of papers, and what its assessment found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="papers_edition",
            field=models.CharField(
                default="papers-2026-1", max_length=40, verbose_name="Edition of the list of papers"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="claim",
            name="assessment",
            field=models.TextField(blank=True, max_length=4000, verbose_name="Assessment"),
        ),
        migrations.AddField(
            model_name="claim",
            name="assessed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Assessed"),
        ),
        migrations.AddField(
            model_name="claim",
            name="assessed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=Q(assessed_at__isnull=True, assessed_by__isnull=True)
                | Q(assessed_at__isnull=False, assessed_by__isnull=False),
                name="claim_assessed_at_by",
            ),
        ),
    ]
