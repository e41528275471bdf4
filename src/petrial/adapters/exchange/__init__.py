"""Tables and trial data of other programs: CSV, XLSX, REDCap and ODM, in and out."""
