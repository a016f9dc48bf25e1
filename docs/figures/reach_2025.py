"""Draws reach_2025.png again with matplotlib: python reach_2025.py [FIGURE]"""

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

fig, frames = plt.subplots(1, 1, figsize=(4.8, 3.6), squeeze=False,
                          layout="constrained")
for ax in frames.flat[1:]:
    ax.remove()

ax = frames.flat[0]  # reach
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "na64mu-2025 bremsstrahlung")), "#0072B2", "-", "na64mu-2025 bremsstrahlung")
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ldmx-2025 bremsstrahlung")), "#D55E00", (0, (7, 3)), "ldmx-2025 bremsstrahlung")
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ldmx-2025 rho")), "#009E73", (0, (2, 2.2)), "ldmx-2025 rho")
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ldmx-2025 omega")), "#CC79A7", (0, (9, 3, 2, 3)), "ldmx-2025 omega")
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ldmx-2025 phi")), "#E69F00", (0, (12, 3)), "ldmx-2025 phi")
line(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ldmx-2025 sum")), "#56B4E9", (0, (5, 2, 1, 2, 1, 2)), "ldmx-2025 sum")
ax.legend()
ax.set(xlabel="$\\mathit{m}_{\\mathrm{χ}}$ [GeV]", xscale="log", ylabel="$\\mathit{Q}_{\\mathrm{χ}}$/$\\mathit{e}$", yscale="log", title="")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "SLAC mQ")), None, "#332288", "SLAC mQ")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "LSND")), None, "#117733", "LSND")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "SENSEI")), None, "#882255", "SENSEI")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "BEBC")), None, "#7A6A00", "BEBC")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "MiniBooNE")), None, "#AA4499", "MiniBooNE")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ArgoNeuT")), None, "#1F7A70", "ArgoNeuT")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "Super-K")), None, "#A3404F", "Super-K")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "milliQan demonstrator")), None, "#555555", "milliQan demonstrator")
region(ax, columns("../../output/figures/reach-2025/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "Colliders")), None, "#332288", "Colliders")

fig.savefig(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_suffix(".matplotlib.png"), dpi=200)
