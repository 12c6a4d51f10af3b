"""`python pmif/intake/reader <job>`: see `read.py`.

Run by its folder, so that the modules beside it are the package `reader` and not `pmif.intake.reader`,
whose parent package imports pandas: a second for every file opened.
"""

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import_module("reader.read").main(sys.argv[1])
