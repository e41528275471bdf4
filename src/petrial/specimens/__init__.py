"""Pathology, receptor conversion, laboratory, circulating cells and DNA."""
