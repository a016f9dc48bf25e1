#!/usr/bin/env python3
"""Draws where along the target the events of runs are: dN/dz, in units of what a thin target has.

    scripts/vertex_z.py OUT.png X0_CM THICKNESS_X0 NAME=RUN.h5 ...

Needs h5py and matplotlib. The runs are of one target, of this radiation length and thickness, and follow its
losses differently. The first is the thin one, whose vertices lie evenly: its cross section is the unit. The others
have events with the column `vertex_z_cm`; a curve has the area T sigma-bar / sigma, T the thickness. Called by
scripts/figures.sh.
"""

import sys

import h5py
import matplotlib

matplotlib.use("svg" if sys.argv[1].endswith("svg") else "agg")
import matplotlib.pyplot as plt
import numpy as np

BINS = np.linspace(0.0, 6.0, 31)


def weights(file):
    """Weights of the events of an open run, which sum to the mean cross section in pb."""
    weight = file["events/weight"][:]
    return weight / len(weight)


def main():
    out, x0_cm, thickness_x0 = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    runs = [word.split("=", 1) for word in sys.argv[4:]]
    figure, axes = plt.subplots(figsize=(6.4, 4.4), constrained_layout=True)
    name, path = runs[0]
    with h5py.File(path) as file:
        thin_pb = weights(file).sum()
    axes.axhline(1.0, color="0.4", ls="--", label=name)
    middle, width = 0.5 * (BINS[1:] + BINS[:-1]), np.diff(BINS)
    for name, path in runs[1:]:
        with h5py.File(path) as file:
            depth_x0 = file["events/vertex_z_cm"][:] / x0_cm
            share = weights(file) * thickness_x0 / thin_pb
        height = np.histogram(depth_x0, BINS, weights=share)[0] / width
        error = np.sqrt(np.histogram(depth_x0, BINS, weights=share**2)[0]) / width
        color = axes.stairs(height, BINS, label=name, lw=1.5).get_edgecolor()
        axes.errorbar(middle, height, error, fmt="none", ecolor=color, lw=1)
    axes.set(yscale="log", xlim=(0, 6), ylim=(1e-4, 3))
    axes.set(xlabel=r"depth of the vertex $z/X_0$", ylabel="events per depth / those of a thin target")
    axes.legend(frameon=False)
    figure.savefig(out, dpi=150)


main()
