"""The provenance graph and what can be asked of it: pure functions over who publishes what, made from what."""
