"""Engines move data between the four functions parse, claims, merge and render. They make no decisions about the graph."""
