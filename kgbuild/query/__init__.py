"""Questions to a build without a server: named ones and the user's own, in SPARQL and SQL, and a read-only endpoint."""
