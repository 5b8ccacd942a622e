"""The mapping files: their schema, how they are loaded, and how they are checked."""
