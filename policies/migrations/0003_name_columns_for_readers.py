import accounts.models.columns
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('policies', '0002_limits_that_change_and_appeals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='buyercapacity',
            name='issued',
            field=accounts.models.columns.AmountField(decimal_places=4, default=0, max_digits=19, verbose_name='Limits issued'),
        ),
        migrations.AlterField(
            model_name='limitdecision',
            name='decided_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='Decided at'),
        ),
        migrations.AlterField(
            model_name='limitrequest',
            name='asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='Asked at'),
        ),
        migrations.AlterField(
            model_name='policyterms',
            name='premium_rate',
            field=accounts.models.columns.PercentField(decimal_places=4, max_digits=7, verbose_name='Premium rate, in percent of turnover'),
        ),
    ]
