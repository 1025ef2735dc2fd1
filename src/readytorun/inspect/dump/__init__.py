"""What `readytorun dump` prints: the parts of an image as records, as text and as JSON."""
