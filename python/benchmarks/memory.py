"""Peak memory of a run in memory, and of its awkward records, beside what its events are.

    python python/benchmarks/memory.py [EVENTS]
"""

import resource
import sys

import millibrem as mb

count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10**7


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


before = peak_mb()
run = mb.Card.load("na64mu-2025").generate(count)
columns = [run.weights, run.index, *(run.p4(role) for role in run.particles)]
held = sum(column.nbytes for column in columns) / 1e6
print(f"{count} events: columns {held:.0f} MB, peak {peak_mb():.0f} MB ({before:.0f} MB before)")
events = run.events
print(f"as awkward records with {', '.join(events.fields)}: peak {peak_mb():.0f} MB")
