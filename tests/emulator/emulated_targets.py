"""What the emulator's tests compile for, and how thorough GC stress is in them; to be had without the emulator."""

from __future__ import annotations

PREVIEW = "net11.0-preview-linux-x64"  # dialect SEED
RELEASE = "net11.0-linux-x64"  # dialect V11b
TARGETS = (PREVIEW, RELEASE)
# How often each safe point is collected at: the first time and one time more, when it is reached from elsewhere.
STRESS_LIMIT = 2
