"""Engines move data between the four functions (parse, claims, merge, render); they decide nothing about the graph."""
