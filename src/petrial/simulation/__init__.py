"""Digital patients and phantoms with known truth: plain arrays and facts, no files."""
