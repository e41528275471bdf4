"""The words of all other rooms: quantities, moments, nuclides, knowledge, errors, tables."""
