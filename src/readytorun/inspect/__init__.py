"""Looking into images: names, disassembly, dumps, checks."""
