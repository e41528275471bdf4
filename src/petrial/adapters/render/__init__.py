"""Report trees into pages and figures."""
