"""Recognise licenses, and determine what they permit and require."""
