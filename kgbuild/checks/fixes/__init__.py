"""What can be repaired without a person, as edits to entries of records and to the text of files."""
