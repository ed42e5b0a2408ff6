"""The program: its document, its views and its window."""
