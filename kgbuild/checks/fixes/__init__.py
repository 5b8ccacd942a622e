"""Automatic fixes: one file for each fix, which rules name, and the code that applies them to records and files."""
