"""A report as a frozen tree: sections, tables, figures, methods sentences, warnings."""
