"""The vendors' clients: a package for each vendor, over one HTTP client, behind one port."""
