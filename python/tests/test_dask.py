"""Shards on other processes: Dask, and a pool of processes, to the bits of one run."""

import concurrent.futures
import multiprocessing
import warnings

import numpy as np
import pytest


def same(run, other):
    """Two runs with the same bits."""
    assert run.sigma.mean == other.sigma.mean and run.sigma.sdev == other.sigma.sdev
    assert np.array_equal(run.weights, other.weights) and np.array_equal(run.index, other.index)
    for role in run.particles:
        assert run.p4(role).tobytes() == other.p4(role).tobytes()
    for name, one in run.histograms.items():
        assert np.array_equal(one.values(flow=True), other.histograms[name].values(flow=True))


def test_shards_on_a_cluster_of_dask_are_one_run(card, run, tmp_path):
    with warnings.catch_warnings():
        # What its packages still use is theirs to mend.
        warnings.simplefilter("ignore")
        distributed = pytest.importorskip("distributed")
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
        )
        with cluster, distributed.Client(cluster) as client:
            made = card.generate(path=tmp_path / "run.h5", shards=3, executor=client)
    same(made, run)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".shards-")]


def test_shards_on_a_pool_of_processes_are_one_run(card, run):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        same(card.generate(shards=2, executor=pool), run)
