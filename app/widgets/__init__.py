"""Qt parts that know nothing of the document."""
