"""What the mapping files say, as one checked value: their shapes, how they are loaded, and what must hold between them."""
