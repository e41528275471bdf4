"""Files that are not DICOM: records, label maps, tables."""
