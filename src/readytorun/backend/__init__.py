"""From IR to native code: what all targets share, and a package for each target."""
