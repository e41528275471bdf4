"""From what a header and a record state to the factor that makes SUV, or a refusal."""
