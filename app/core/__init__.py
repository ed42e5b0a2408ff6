"""The document and its rules; knows no toolkit."""
