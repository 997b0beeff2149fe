"""Say only what the passages support: answerers, citations, verification."""
