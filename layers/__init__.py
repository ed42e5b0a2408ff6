"""What a map is made of: layers, their data, their style, their times; imports nothing of ours."""
