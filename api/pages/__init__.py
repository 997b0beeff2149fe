"""The pages for people: reader, articles, what changed between revisions, and the routes that serve them."""
