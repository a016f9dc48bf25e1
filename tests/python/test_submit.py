"""The files for HTCondor, read by its own library (docs/clusters.md)."""

import os
import subprocess

import pytest
from conftest import BIN, ROOT, millibrem

SHARDS = 3


@pytest.fixture(scope="module")
def htcondor():
    # Without a configuration of its own it would look for a pool.
    os.environ["CONDOR_CONFIG"] = "/dev/null"
    return pytest.importorskip("htcondor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("with blanks") / "a run"
    report = millibrem(
        "submit",
        ROOT / "cards/na64mu-2025.toml",
        *["--engine", "htcondor", "--shards", str(SHARDS), "--out", folder],
        *["--cpus-per-task", "2", "--mem", "1G", "--extra", "+MaxRuntime = 7200"],
    )
    assert report["command"] == f"'{folder}/submit.sh'"
    return folder


def jobs(htcondor, folder, file, monkeypatch, **variables):
    """The jobs that condor_submit would queue from `file`, with the variables DAGMan gives."""
    monkeypatch.chdir(folder)
    submit = htcondor.Submit((folder / file).read_text())
    for name, value in variables.items():
        submit[name] = value
    return list(submit.jobs())


def test_each_shard_is_one_job_that_goes_on_after_an_eviction(htcondor, folder, monkeypatch):
    for shard in range(1, SHARDS + 1):
        (job,) = jobs(htcondor, folder, "shards.sub", monkeypatch, Shard=str(shard))
        assert job["Cmd"] == str(BIN.resolve() / "millibrem")
        assert job["Arguments"] == f"generate card.toml --shard {shard}/{SHARDS} --resume --out ."
        assert job["RequestCpus"] == 2 and job["RequestMemory"] == 1024
        assert job["TransferInput"] == "card.toml"
        assert job["WhenToTransferOutput"] == "ON_EXIT_OR_EVICT"
        assert job["KillSig"] == "SIGTERM" and job["JobMaxVacateTime"] == 60
        assert job["Err"] == f"log/shard-{shard}.log"
        assert job["MaxRuntime"] == 7200


@pytest.mark.parametrize(
    ("exit_code", "by_signal", "done", "removed"),
    [(0, False, 1, True), (2, False, 1, True), (1, False, 1, False), (1, False, 6, True)],
)
def test_a_stopped_shard_is_tried_again(
    htcondor, folder, monkeypatch, exit_code, by_signal, done, removed
):
    (job,) = jobs(htcondor, folder, "shards.sub", monkeypatch, Shard="1")
    job["ExitCode"], job["ExitBySignal"], job["NumJobCompletions"] = exit_code, by_signal, done
    assert bool(job.eval("OnExitRemove")) == removed


def test_a_killed_shard_is_tried_again(htcondor, folder, monkeypatch):
    (job,) = jobs(htcondor, folder, "shards.sub", monkeypatch, Shard="1")
    # A job that a signal ended has no exit code.
    job["ExitBySignal"], job["NumJobCompletions"] = True, 1
    assert job.eval("OnExitRemove") is False


def test_the_merge_runs_where_the_shards_return_to(htcondor, folder, monkeypatch):
    (job,) = jobs(htcondor, folder, "merge.sub", monkeypatch)
    assert job["JobUniverse"] == 12  # local
    assert job["Cmd"] == str(folder / "merge.sh") and job["Iwd"] == str(folder)
    assert os.access(folder / "merge.sh", os.X_OK)


def test_the_dag_names_every_shard_and_its_files_exist(htcondor, folder):
    commands = [line.split() for line in (folder / "run.dag").read_text().splitlines()]
    nodes = {words[1]: words[2] for words in commands if words[0] == "JOB"}
    shards = [f"shard-{i}" for i in range(1, SHARDS + 1)]
    assert list(nodes) == [*shards, "merge"]
    assert all((folder / file).is_file() for file in nodes.values())
    assert ["PARENT", *shards, "CHILD", "merge"] in commands
    numbers = [words[2] for words in commands if words[0] == "VARS"]
    assert numbers == [f'Shard="{i}"' for i in range(1, SHARDS + 1)]


def test_the_dag_is_accepted_by_condor_submit_dag(folder, tmp_path, monkeypatch):
    dags = pytest.importorskip("htcondor2")
    monkeypatch.chdir(folder)
    # The library only looks whether the program is there.
    (tmp_path / "condor_dagman").write_text("#!/bin/sh\n")
    (tmp_path / "condor_dagman").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert "condor_dagman" in str(dags.Submit.from_dag("run.dag", {"force": True}))


def test_the_scripts_say_what_fails(folder):
    done = subprocess.run(["sh", folder / "merge.sh"], cwd=folder, capture_output=True, check=False)
    assert done.returncode != 0
