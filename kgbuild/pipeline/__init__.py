"""From files to files: the only package that opens files, starts processes and writes; it decides nothing about the graph."""
