"""Documents -> claims -> nodes and edges: pure functions that decide what the graph says."""
