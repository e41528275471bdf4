"""Grids and volumes, decay, SUV, resampling and projections, on plain arrays."""
