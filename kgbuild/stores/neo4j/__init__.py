"""A build into Neo4j over Bolt: planned, staged, counted, and put in place in one transaction."""
