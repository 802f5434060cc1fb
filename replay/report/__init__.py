"""What a run under load came to: one page, one JSON file, and histograms that other programs can read."""
