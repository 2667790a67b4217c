"""Thin skins: the command line."""
