"""The framework snapshot: the facts of a framework's assemblies that code generation needs, in one small file."""
