"""What can be repaired without a person: one file per fix, which rules name; and what makes edits to records and files of them."""
