"""Damages headers, files, contours and records, and watches what petrial says to that."""
