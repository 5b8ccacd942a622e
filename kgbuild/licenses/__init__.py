"""The one judgement of a license: what it is called, and what it permits and asks for."""
