"""Whether a subscriber got what the stream holds: pure checks over two iterators, and the door that feeds them."""
