"""The outside world: DICOM, files and rendering, each unaware of the others."""
