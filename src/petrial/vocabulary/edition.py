"""The version of petrial, for rooms that state it in what they write."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
