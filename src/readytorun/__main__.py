"""`python -m readytorun`: the same as the command `readytorun`."""

from __future__ import annotations

from readytorun.cli.main import main

if __name__ == "__main__":
    main()
