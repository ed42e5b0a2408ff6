"""Where data comes from: files, services, packages and memory look alike."""
