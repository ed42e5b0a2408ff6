"""The plugins that ship with the program; each is found by its entry point."""
