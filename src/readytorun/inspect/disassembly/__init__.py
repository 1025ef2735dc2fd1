"""Machine code as text: instructions with names for what they refer to, and listings of whole methods."""
