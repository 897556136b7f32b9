from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("buyers", "0010_alerts_of_signals"),
    ]

    operations = [
        migrations.AddField(
            model_name="signal",
            name="key",
            field=models.CharField(blank=True, default="", max_length=160, verbose_name="Key of the source"),
        ),
        migrations.AddField(
            model_name="signal",
            name="staff_only",
            field=models.BooleanField(default=False, verbose_name="For staff only"),
        ),
        migrations.AlterField(
            model_name="signal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("overdue_reported", "Overdue reported"),
                    ("insolvency_filed", "Insolvency filed"),
                    ("claim_filed", "Claim filed"),
                    ("accounts_received", "Accounts received"),
                    ("accounts_late", "Accounts late"),
                    ("court_case", "Court case"),
                    ("dissolved", "Company dissolved"),
                    ("strike_off_proposed", "Strike-off proposed"),
                    ("register_status_restored", "Status in the register restored"),
                    ("management_change", "Management changed"),
                    ("address_change", "Address changed"),
                    ("name_change", "Name changed"),
                    ("sanctions_hit", "Sanctions hit confirmed"),
                    ("linked_trouble", "Trouble at a linked company"),
                ],
                max_length=30,
                verbose_name="Kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("source", "key"), name="one_signal_per_event"
            ),
        ),
    ]
