#!/usr/bin/env python3
"""The one command: ``demo``, ``test``, or any of Django's own. README.md tells what a person types.

This file is read by whatever ``python3`` is on the machine, so it keeps to words that very old Pythons understand:
they must reach the sentence about their version instead of a syntax error.
"""

import os
import sys


def main():
    if sys.version_info < (3, 11):
        sys.exit("Fairlead needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])
    if os.name != "posix":
        sys.exit("Fairlead runs on Linux and macOS; on Windows, use it inside WSL.")
    from scripts import entrance

    entrance.run(sys.argv)


if __name__ == "__main__":
    main()
