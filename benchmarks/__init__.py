"""What the service costs and how fast it is, as ratios against a floor measured in the same run."""
