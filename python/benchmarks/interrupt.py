"""Measures how long Ctrl-C takes from the signal to KeyboardInterrupt, and what is left of it.

    python python/benchmarks/interrupt.py
"""

import os
import signal
import tempfile
import threading
import time

import millibrem as mb

card = mb.Card.load("na64mu-2025")


def measure(name, call, after):
    sent = []

    def press():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(after, press).start()
    try:
        call()
    except KeyboardInterrupt as interrupt:
        took = time.perf_counter() - sent[0]
        print(f"{name:<28} {1e3 * took:6.0f} ms   {interrupt.__cause__ or ''}")
    else:
        print(f"{name:<28} was done before")


with tempfile.TemporaryDirectory() as folder:
    measure("sigma, mc", lambda: card.sigma("mc", rel_error=1e-6), 1.0)
    hard = card.replace({"dark_sector.m_chi_gev": 1e-6})
    measure("sigma, quadrature", lambda: hard.sigma("quadrature", rel_error=1e-9), 0.02)
    measure("generate in memory", lambda: card.generate(10**7), 2.0)
    path = os.path.join(folder, "run.h5")
    measure("generate into a file", lambda: card.generate(10**7, path=path), 3.0)
