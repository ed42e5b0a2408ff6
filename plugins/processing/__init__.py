"""General processing: tools on any layer."""
