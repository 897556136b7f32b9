"""Two-character search in East Asian names, files as they are imported, proposals sent once."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('buyers', '0003_scores_as_arrays'),
    ]

    operations = [
        migrations.AddField(
            model_name='buyerproposal',
            name='city',
            field=models.CharField(blank=True, max_length=120, verbose_name='City'),
        ),
        migrations.AddField(
            model_name='buyerproposal',
            name='form_key',
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='buyerproposal',
            name='remark',
            field=models.TextField(blank=True, max_length=1000, verbose_name='Remark to the exporter'),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='encoding',
            field=models.CharField(blank=True, max_length=20, verbose_name='Characters'),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='failure_facts',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='form_key',
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='header',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='phase',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('reading', 'Reading and judging rows'), ('writing', 'Writing into the directory')], default='waiting', max_length=8, verbose_name='Phase'),
        ),
        migrations.AddField(
            model_name='directoryimport',
            name='stored_as',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AlterField(
            model_name='directoryimport',
            name='shape',
            field=models.CharField(blank=True, max_length=20, verbose_name='Shape'),
        ),
        migrations.AddIndex(
            model_name='bookentry',
            index=models.Index(condition=models.Q(('archived_at__isnull', True)), fields=['exporter', 'own_reference', 'id'], name='book_by_reference'),
        ),
        migrations.AddIndex(
            model_name='buyer',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func(models.F('name'), models.Value('([\u3040-ヿ㐀-䶿一-鿿가-힣豈-\ufaff])'), models.Value(' \\1 '), models.Value('g'), function='regexp_replace'), name='gin_trgm_ops'), condition=models.Q(('name__regex', '[\u3040-ヿ㐀-䶿一-鿿가-힣豈-\ufaff]')), name='buyers_name_characters'),
        ),
        migrations.AddIndex(
            model_name='buyerproposal',
            index=models.Index(condition=models.Q(('stage', 'proposed')), fields=['proposed_at', 'id'], name='proposals_to_decide'),
        ),
        migrations.AddIndex(
            model_name='buyerproposal',
            index=models.Index(fields=['exporter', '-id'], name='proposals_by_exporter'),
        ),
        migrations.AddConstraint(
            model_name='buyerproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('stage', 'proposed'), models.Q(('value', ''), _negated=True)), fields=('exporter', 'scheme', 'value'), name='one_open_proposal_per_number'),
        ),
    ]
