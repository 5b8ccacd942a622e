"""Parse JSON and JSON Lines, find the position of a value in its text, and edit values without changing the rest of the text."""
