"""Tables of scans, read as others would read them."""

import csv
import zlib

import numpy as np
from conftest import millibrem

ENERGIES = "beam.energy_gev=5,10,20,40"


def scan(folder, *more):
    card = ("cards/na64mu-2025.toml", "--method", "quadrature", "--rel-error", "1e-4")
    return millibrem("scan", *card, "--over", ENERGIES, "--out", folder, *more)


def test_checksums_are_those_of_zlib(tmp_path):
    scan(tmp_path)
    text = (tmp_path / "scan.csv").read_text()
    head, _, rows = text.partition("crc32\n")
    head, rows = head + "crc32\n", rows.splitlines()
    assert len(rows) == 4
    for row in rows:
        fields, _, checksum = row.rpartition(",")
        assert zlib.crc32((head + fields).encode()) == int(checksum)


def test_a_table_for_geant4_is_read_by_position_and_by_name(tmp_path):
    found = scan(tmp_path, "--geant4")
    sigma = [row["sigma_pb"] for row in found["rows"]]
    path = tmp_path / "geant4.csv"
    # As a simulation would: one header line, four numbers a line, as long as there are any.
    with path.open() as file:
        assert next(file) == "A [au],Z [protons],Energy [MeV],Xsec [pb]\n"
        rows = [[float(x) for x in line.split(",")] for line in file if line[0] != "#"]
    # As numpy does it.
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    assert table.tolist() == rows
    # By names, comments taken away.
    with path.open() as file:
        named = list(csv.DictReader(line for line in file if line[0] != "#"))
    assert [float(row["Xsec [pb]"]) for row in named] == sigma
    np.testing.assert_allclose(
        table[:, 2], np.array([5e3, 1e4, 2e4, 4e4]) - 105.6583755, rtol=1e-14
    )
    assert set(table[:, 1]) == {82}


def test_the_errors_of_interpolation_are_what_the_file_says(tmp_path):
    coarse = scan(tmp_path, "--geant4")["geant4"][0]
    _, _, energy, sigma = np.loadtxt(coarse["output"], delimiter=",", skiprows=1).T
    middle = np.sqrt(energy[1:] * energy[:-1])
    keys = ",".join(repr((float(k) + 105.6583755) * 1e-3) for k in middle)
    card = ("cards/na64mu-2025.toml", "--method", "quadrature", "--rel-error", "1e-4")
    exact = millibrem("scan", *card, "--over", f"beam.energy_gev={keys}", "--out", tmp_path)
    exact = np.array([row["sigma_pb"] for row in exact["rows"]])
    linear = np.abs(np.interp(middle, energy, sigma) / exact - 1).max()
    loglog = np.exp(np.interp(np.log(middle), np.log(energy), np.log(sigma)))
    loglog = np.abs(loglog / exact - 1).max()
    np.testing.assert_allclose(linear, coarse["linear_error"], rtol=1e-3)
    np.testing.assert_allclose(loglog, coarse["loglog_error"], rtol=1e-2)
