"""Pages: sheets of paper as data, their templates, and the acts that change them."""
