"""Runs the native code of ReadyToRun images with no .NET installed: a CoreCLR small enough to read."""
