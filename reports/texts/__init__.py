"""The text of documents as data: runs that know their figure, blocks, wording. No database, no clock."""
