"""Two timelines -> links: dynamic programs, channels of similarity, and an aligner for each kind of text."""
