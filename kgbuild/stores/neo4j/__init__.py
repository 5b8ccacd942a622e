"""Load a build into Neo4j over Bolt: stage it, count it, plan the changes, and make them in one transaction."""
