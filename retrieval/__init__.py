"""Find what bears on a question: chunks, embeddings, indexes, search."""
