"""The pipelines of the commands. Only this package opens files, starts processes and writes; it makes no decisions about the graph."""
