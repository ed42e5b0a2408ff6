"""Layout: the window in which pages are arranged."""
