from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0003_case_words"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["town", "id"], name="complaints_case_town"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("masked", True)),
                fields=["organisation", "complaint"],
                name="complaints_assignment_masked",
            ),
        ),
    ]
