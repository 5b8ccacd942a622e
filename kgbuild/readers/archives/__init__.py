"""Archives and compressed streams, read in place: their members one by one, within limits."""
