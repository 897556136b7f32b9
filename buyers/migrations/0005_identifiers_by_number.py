"""One index serves both the identifier's uniqueness and the search by number alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("buyers", "0004_search_imports_and_proposals")]

    operations = [
        migrations.RemoveIndex("identifier", "identifiers_by_value"),
        migrations.RemoveConstraint("identifier", "identifier_of_one_buyer"),
        migrations.AddConstraint(
            "identifier",
            models.UniqueConstraint(fields=("value", "scheme"), name="identifier_of_one_buyer"),
        ),
    ]
