"""Delineation, reference regions and measurement of lesions."""
