"""A toolkit for .NET ReadyToRun (R2R) images."""

__version__ = "0.1.0"
