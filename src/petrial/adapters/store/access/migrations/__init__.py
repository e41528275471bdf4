"""Migrations of the access chain."""
