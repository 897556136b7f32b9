"""Names are compared otherwise than before: everybody is due for screening. Workers share the queue out by themselves."""

from django.db import migrations

QUEUE_ALL = """
    INSERT INTO buyers_screeningdue (buyer_id)
    SELECT id FROM buyers_buyer WHERE merged_into_id IS NULL ORDER BY id
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("buyers", "0022_sessions_of_ranges")]

    operations = [migrations.RunSQL(QUEUE_ALL, migrations.RunSQL.noop)]
