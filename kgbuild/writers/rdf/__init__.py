"""RDF: one walk from nodes and edges to statements, and the two texts in which they are written, a subject at a time."""
