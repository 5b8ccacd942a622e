"""JSON and JSON Lines: parsing, the place of a value in its text, and edits that leave the rest of the text as it is."""
