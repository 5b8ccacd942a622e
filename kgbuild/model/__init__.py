"""The types of the program and nothing else: records, claims, nodes, edges, findings, and edits to files."""
