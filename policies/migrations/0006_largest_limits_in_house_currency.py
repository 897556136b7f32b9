from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0005_keep_replaced_appetite"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="creditlimit",
            index=models.Index(
                condition=models.Q(("amount__gt", 0)),
                fields=["exporter", "-house_amount", "id"],
                name="limits_by_house_amount",
            ),
        ),
    ]
