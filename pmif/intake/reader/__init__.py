"""Reads one file of unknown origin, in a process of its own that `pmif.intake.opening` watches and may kill.

Nothing here imports pmif, pandas or anything else heavy: the process starts once for every file. What it
reads it writes as lines of JSON (`lines.py`), which the process that started it checks before use.
"""
