"""What was published: articles, their revisions, and the store that keeps them."""
