import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
plt.rcParams.update({"xtick.direction": "in", "ytick.direction": "in", "xtick.top": True,
                     "ytick.right": True, "xtick.minor.visible": True,
                     "ytick.minor.visible": True, "legend.frameon": False})


def histogram(path, name):
    import h5py
    import uhi.io.hdf5

    with h5py.File(HERE / path) as run:
        group = run["histograms"][name]
        axes = uhi.io.hdf5.read(group)["axes"]
        twin, error = group["differential"][...], group["differential_error"][...]
    edges = [np.asarray(a["edges"]) if "edges" in a
             else np.linspace(a["lower"], a["upper"], a["bins"] + 1) for a in axes]
    return edges, twin, error


def iterations(path, measured, average, unit):
    import h5py

    with h5py.File(HERE / path) as run:
        rows = run["sigma/iterations"]
        chosen = rows["measured"][...].astype(bool) == measured
        value, error = ("average", "average_error") if average else ("value", "error")
        number = np.arange(1, len(chosen) + 1)
        return number[chosen], rows[value][chosen] / unit, rows[error][chosen] / unit


def table(path):
    if path.endswith((".h5", ".hdf5")):
        import h5py

        with h5py.File(HERE / path) as file:
            text = {n: d.asstr()[...] if d.dtype.kind == "O" else d[...] for n, d in file.items()}
        return [{n: str(column[i]) for n, column in text.items()}
                for i in range(min(map(len, text.values())))]
    with open(HERE / path, newline="") as file:
        return list(csv.DictReader(line for line in file if line.strip() and line[0] != "#"))


def columns(path, x, y, error=None, over=None, only=None):
    rows = [row for row in table(path) if only is None or row[only[0]] == only[1]]
    rows.sort(key=lambda row: float(row[x]))

    def numbers(name):
        return np.array([float(row[name] or "nan") for row in rows])

    unit = numbers(over) if over else 1.0
    return numbers(x), numbers(y) / unit, numbers(error) / unit if error else None


def steps(ax, data, colour, dashes, label):
    (edges,), y, error = data
    ax.stairs(y, edges, color=colour, linestyle=dashes, label=label, lw=1.5)
    ax.fill_between(edges, np.append(y - error, 0), np.append(y + error, 0), step="post",
                    color=colour, alpha=0.3, lw=0)


def line(ax, data, colour, dashes, label):
    x, y, error = data
    ax.plot(x, y, color=colour, linestyle=dashes, label=label,
            marker="o" if len(x) < 30 else None, ms=4)
    if error is not None:
        ax.fill_between(x, y - error, y + error, color=colour, alpha=0.3, lw=0)


def edge(ax, data, colour, dashes):
    x, upper, _ = data
    ax.plot(x, upper, color=colour, linestyle=dashes, lw=0.9)


def region(ax, data, upper, colour, label):
    """Everything above a line; the axes grow for what stands over the abscissae shown."""
    x, y, _ = data
    across, (low, high) = ax.get_xlim(), ax.get_ylim()
    over = y[(x >= across[0]) & (x <= across[1])]
    top = upper[1] if upper else np.full(len(y), 1e9 * y.max())
    ax.fill_between(x, y, top, color="grey", alpha=0.12, lw=0)
    ax.plot(x, y, color=colour, lw=1)
    middle = len(x) // 2
    ax.annotate(label, (x[middle], y[middle]), xytext=(0, 4), textcoords="offset points",
                ha="center", fontsize=7, color=colour, clip_on=True)
    ax.set(xlim=across, ylim=(min([low, *over / 1.3]), max([high, *over * 1.3])))


def points(ax, data, colour, fill, label):
    x, y, error = data
    ax.errorbar(x, y, error, color=colour, mfc=fill, fmt="o", ms=5, capsize=3, label=label)


def heat(fig, ax, data, label):
    (x, y), z, _ = data
    norm = matplotlib.colors.LogNorm(max(z[z > 0].min(), z.max() / 1e8), z.max())
    mesh = ax.pcolormesh(x, y, np.ma.masked_less_equal(z, 0).T, norm=norm, cmap="viridis")
    fig.colorbar(mesh, ax=ax, label=label)
