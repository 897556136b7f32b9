"""A receipt has its payment's own number; told twice, it is one receipt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="reference",
            field=models.CharField(default="", max_length=60, verbose_name="Payment reference"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("invoice", "reference"), name="one_receipt_per_reference"),
        ),
    ]
