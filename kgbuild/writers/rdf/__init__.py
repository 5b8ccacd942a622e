"""RDF writers: one conversion of nodes and edges into statements, and two notations, written subject by subject."""
