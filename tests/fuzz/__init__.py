"""Can any file, however it was broken, do more than be refused or have rows refused?

    python -m tests.fuzz --files 1000000 --seed 1 --workers 2 [--kinds csv,jsonl] [--keep FOLDER]
    python -m tests.fuzz.coverage_guided [--kind csv] [arguments of libFuzzer]

A file is known by its kind and its number: `python -m tests.fuzz --again csv:123456` makes that one again and
drives it.

    originals.py    files such as are handed over, and what case.toml says of them
    mutations.py    how they are broken
    driving.py      what reads them, in this process, and what is held against it
    outcomes.py     what became of a file, and how the outcomes are counted
    pool.py         workers, their bounds, and what becomes of a file that ends one
"""
