from django.db import migrations
from django.db.models import Min

NO_MONEY = "none"


def note_offers(apps, schema_editor):
    items = apps.get_model("policies", "PolicyItem").objects.annotate(since=Min("verdicts__changed_on"))
    spans = apps.get_model("policies", "OfferSpan").objects
    for item in items.filter(since__isnull=False, current__isnull=False).select_related("current"):
        if item.current.amount.get("kind", NO_MONEY) == NO_MONEY:
            continue
        until = None if item.state == "published" else item.state_on
        if until is None or until > item.since:
            spans.create(item=item, from_on=item.since, until_on=until)


class Migration(migrations.Migration):
    """What was matched before its days were noted: since the first day on which anybody is known to have qualified."""

    dependencies = [("policies", "0009_qualified_spans")]

    operations = [migrations.RunPython(note_offers, migrations.RunPython.noop, elidable=True)]
