#!/usr/bin/env python3
"""How fast threads write into one file: `python3 scripts/one_file.py FILE [--threads 1,2] [--mb N] [--of N]`.

GB/s of wall time, medians: each thread writes pieces of 64 kB, as a chunk of points has in a column, to places of its own
in a new FILE of N MB (default 1400), which is removed. Where the system lets one thread into a file at a time, more gain nothing.
"""

import argparse
import os
import statistics
import threading
import time

PIECE = b"\x55" * (1 << 16)


def write(path, size, threads):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def part(i):
        for at in range(i * len(PIECE), size, threads * len(PIECE)):
            os.pwrite(file, PIECE, at)

    begun = time.perf_counter()
    started = [threading.Thread(target=part, args=(i,)) for i in range(threads)]
    for one in started:
        one.start()
    for one in started:
        one.join()
    took = time.perf_counter() - begun
    os.close(file)
    os.unlink(path)
    return size / took / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--mb", type=int, default=1400, metavar="N")
    parser.add_argument("--of", type=int, default=5, metavar="N")
    options = parser.parse_args()
    counts = [int(n) for n in options.threads.split(",")]
    rounds = [[write(options.file, options.mb << 20, n) for n in counts] for _ in range(options.of)]
    for n, speeds in zip(counts, zip(*rounds)):
        print(f"{n:3d} threads: {statistics.median(speeds):.2f} GB/s")


if __name__ == "__main__":
    main()
