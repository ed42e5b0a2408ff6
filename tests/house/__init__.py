"""Rules of the house, held by machine."""
