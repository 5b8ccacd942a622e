"""The data types of kgbuild: records, claims, nodes, edges, findings, and edits to files."""
