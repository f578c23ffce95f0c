"""The vendors: one file each, behind one port, over one shared transport."""
