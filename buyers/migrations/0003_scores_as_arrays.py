"""Scores keep their indicators and contributions as arrays in the edition's order. jsonb has no cast to an array, and no
score was made yet: the columns are put in anew."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("buyers", "0002_rates_by_source_and_day")]

    operations = [
        migrations.RemoveField("score", "indicators"),
        migrations.RemoveField("score", "contributions"),
        migrations.AddField(
            "score",
            "indicators",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(null=True), size=None, verbose_name="Indicators"
            ),
        ),
        migrations.AddField(
            "score",
            "contributions",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.SmallIntegerField(), size=None, verbose_name="Contributions"
            ),
        ),
        migrations.AddField("score", "override", models.CharField(blank=True, max_length=20)),
        migrations.AddField("score", "reporters", models.PositiveSmallIntegerField(default=0)),
        migrations.AlterField("score", "scored_for", models.DateField(verbose_name="For the day")),
        migrations.AddConstraint(
            "score",
            models.CheckConstraint(
                condition=models.Q(("override", ""), ("grade", 10), _connector="OR"),
                name="score_override_is_insolvent",
            ),
        ),
        migrations.AddField(
            "countryrisk",
            "high_income",
            models.BooleanField(default=False, verbose_name="High income, not classified"),
        ),
        migrations.AddConstraint(
            "countryrisk",
            models.CheckConstraint(
                condition=models.Q(("high_income", False), ("oecd_class__isnull", True), _connector="OR"),
                name="high_income_is_not_classified",
            ),
        ),
        migrations.AlterModelOptions(
            "scorerange",
            options={
                "verbose_name": "Range of a score refresh",
                "verbose_name_plural": "Ranges of score refreshes",
            },
        ),
    ]
