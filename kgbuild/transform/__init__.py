"""Pure functions that turn documents into claims, and claims into nodes and edges."""
