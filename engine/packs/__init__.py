"""Packs: what a body is to be sent, first as a neutral tree, then as HTML, PDF and one archive."""
