"""The ledger under load: ten years of a trial taken in, asked, corrected, verified, cut."""
