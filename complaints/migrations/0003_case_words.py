from django.db import migrations

# A word of two characters, as most Chinese words are, has no trigram: pg_trgm cannot find it. So the
# pairs of neighbouring characters of a case's texts stand in a table of their own, kept in step by
# triggers, whatever writes the case. SQLite has no such index and scans.
FUNCTIONS = """
CREATE FUNCTION complaints_pairs(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT coalesce(array_to_tsvector(array_agg(one || coalesce(following, ''))), ''::tsvector)
  FROM unnest(
    string_to_array(upper(words), NULL), string_to_array(substr(upper(words), 2), NULL)
  ) AS pair(one, following)
$$;

-- What `pairs` must hold to hold `word`: each of its pairs, or anything that begins with its only character.
CREATE FUNCTION complaints_wanted(word text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT string_agg(
    '''' || replace(replace(substr(upper(word), n, 2), '\\', '\\\\'), '''', '''''') || ''''
    || CASE WHEN char_length(word) = 1 THEN ':*' ELSE '' END,
    ' & '
  )::tsquery
  FROM generate_series(1, greatest(char_length(word) - 1, 1)) AS place(n)
$$;

CREATE FUNCTION complaints_pairs_of(one complaints_complaint) RETURNS tsvector
LANGUAGE sql STABLE AS $$
  SELECT complaints_pairs(concat_ws(
    E'\\n', one.number, one.external_number, one.title, one.text, one.shared_title, one.shared_text,
    (SELECT name FROM portal_enterprise WHERE id = one.enterprise_id)
  ))
$$;

CREATE FUNCTION complaints_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO complaints_case_words (complaint_id, words) VALUES (NEW.id, complaints_pairs_of(NEW))
  ON CONFLICT (complaint_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END
$$;

CREATE FUNCTION complaints_drop_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM complaints_case_words WHERE complaint_id = OLD.id;
  RETURN NULL;
END
$$;

CREATE FUNCTION complaints_rename_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE complaints_case_words AS kept SET words = complaints_pairs_of(one)
  FROM complaints_complaint AS one
  WHERE one.enterprise_id = NEW.id AND kept.complaint_id = one.id;
  RETURN NULL;
END
$$;
"""
TABLE = """
CREATE TABLE complaints_case_words (complaint_id bigint PRIMARY KEY, words tsvector NOT NULL);
INSERT INTO complaints_case_words SELECT one.id, complaints_pairs_of(one) FROM complaints_complaint AS one;
CREATE INDEX complaints_case_words_pairs ON complaints_case_words USING gin (words);
"""
TRIGGERS = """
CREATE TRIGGER complaints_words_of_new AFTER INSERT ON complaints_complaint
FOR EACH ROW EXECUTE FUNCTION complaints_keep_words();

CREATE TRIGGER complaints_words_of_changed
AFTER UPDATE OF external_number, title, text, shared_title, shared_text, enterprise_id ON complaints_complaint
FOR EACH ROW WHEN (
  (OLD.external_number, OLD.title, OLD.text, OLD.shared_title, OLD.shared_text, OLD.enterprise_id)
  IS DISTINCT FROM
  (NEW.external_number, NEW.title, NEW.text, NEW.shared_title, NEW.shared_text, NEW.enterprise_id)
) EXECUTE FUNCTION complaints_keep_words();

CREATE TRIGGER complaints_words_of_deleted AFTER DELETE ON complaints_complaint
FOR EACH ROW EXECUTE FUNCTION complaints_drop_words();

CREATE TRIGGER complaints_words_of_renamed AFTER UPDATE OF name ON portal_enterprise
FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION complaints_rename_words();
"""
UNDONE = """
DROP TRIGGER complaints_words_of_renamed ON portal_enterprise;
DROP TRIGGER complaints_words_of_deleted ON complaints_complaint;
DROP TRIGGER complaints_words_of_changed ON complaints_complaint;
DROP TRIGGER complaints_words_of_new ON complaints_complaint;
DROP FUNCTION complaints_rename_words();
DROP FUNCTION complaints_drop_words();
DROP FUNCTION complaints_keep_words();
DROP TABLE complaints_case_words;
DROP FUNCTION complaints_pairs_of(complaints_complaint);
DROP FUNCTION complaints_wanted(text);
DROP FUNCTION complaints_pairs(text);
"""


def create(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statements in (FUNCTIONS, TABLE, TRIGGERS):
            schema_editor.execute(statements, params=None)


def drop(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNDONE, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_papers"),
        ("portal", "0008_enterprises"),
    ]

    operations = [
        migrations.RunPython(create, drop, elidable=False),
    ]
