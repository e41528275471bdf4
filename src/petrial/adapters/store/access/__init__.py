"""The access chain, an application of its own, for in SQLite it has a file of its own."""
