"""Ctrl-C and callbacks: work stops, and a run into a file goes on to the same bits."""

import os
import signal
import threading

import numpy as np
import pytest

import millibrem as mb


def interrupt(news):
    """What a key press does."""
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupted_call_raises_and_leaves_the_process_well(card):
    with pytest.raises(KeyboardInterrupt):
        card.sigma("mc", rel_error=1e-5, progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        card.generate(10_000_000, progress=interrupt)
    assert card.sigma("iww").mean > 0


def test_a_quadrature_hears_of_its_end(card):
    light = card.replace({"dark_sector.m_chi_gev": 1e-6})
    with pytest.raises(KeyboardInterrupt):
        light.sigma("quadrature", rel_error=1e-9, progress=interrupt)


def test_an_interrupted_run_goes_on_to_the_same_bits(card, tmp_path):
    whole = card.generate(200_000)
    path = tmp_path / "run.h5"

    def during_events(news):
        if news.phase == "events":
            interrupt(news)

    with pytest.raises(KeyboardInterrupt) as caught:
        card.generate(200_000, path=path, progress=during_events)
    assert "go on with" in str(caught.value.__cause__) and not path.exists()
    with pytest.raises(mb.FileError, match="interrupted"):
        card.generate(200_000, path=path)
    run = card.generate(200_000, path=path, resume=True)
    assert np.array_equal(run.weights, whole.weights)
    assert np.array_equal(run.p4("chi"), whole.p4("chi"))


def test_other_threads_run_meanwhile(card):
    """The interpreter is released: another thread counts while this one waits."""
    counted, done = [], threading.Event()

    def count():
        while not done.is_set():
            counted.append(None)
            done.wait(1e-3)

    other = threading.Thread(target=count)
    other.start()
    before = len(counted)
    card.sigma("mc", rel_error=3e-5)
    after = len(counted)
    done.set()
    other.join()
    assert after - before > 10
