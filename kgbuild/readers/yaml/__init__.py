"""YAML: a fast parse, a parse that keeps positions, outlines of pages by indentation, and edits that leave the rest as it is."""
