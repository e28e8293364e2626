"""One pass through the frozen prefix, stored once, read many times."""
