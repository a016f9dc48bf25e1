"""Draws limits.png again with matplotlib: python limits.py [FIGURE]"""

POINT = 0.6375  # of a pixel of the drawing
import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import matplotlib.ticker
import matplotlib.transforms
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
plt.rcParams.update({
    "xtick.direction": "in", "ytick.direction": "in", "xtick.top": True, "ytick.right": True,
    "axes.linewidth": 0.9 * POINT, "font.size": 12 * POINT, "axes.labelsize": 13 * POINT,
    "xtick.labelsize": 12 * POINT, "ytick.labelsize": 12 * POINT,
    **{f"{a}tick.{k}": v * POINT for a in "xy" for k, v in (
        ("major.size", 6), ("minor.size", 3.2), ("major.width", 0.9), ("minor.width", 0.9),
        ("major.pad", 7))}})
WIDTH = 1.7 * POINT  # of curves


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


def columns(path, x, y, error=None, over=None, only=None, rising=True):
    rows = [row for row in table(path) if only is None or row[only[0]] == only[1]]
    if rising:
        rows.sort(key=lambda row: float(row[x]))

    def numbers(name):
        return np.array([float(row[name] or "nan") for row in rows])

    unit = numbers(over) if over else 1.0
    return numbers(x), numbers(y) / unit, numbers(error) / unit if error else None


def ratio(data, base):
    """Bins one by one, lines where the base has values (straight in the logarithms)."""
    (x, y, error), (at, below, _) = data, base
    if isinstance(x, list):
        unit = below
    else:
        with np.errstate(all="ignore"):
            unit = np.exp(np.interp(np.log(x), np.log(at), np.log(below), np.nan, np.nan))
    return x, y / unit, None if error is None else error / unit


def axis(ax, name, scale, ends, major, minor):
    one = getattr(ax, f"{name}axis")
    getattr(ax, f"set_{name}scale")(scale)
    getattr(ax, f"set_{name}lim")(*ends)
    one.set_major_locator(matplotlib.ticker.FixedLocator([at for at, _ in major]))
    one.set_major_formatter(matplotlib.ticker.FixedFormatter([text for _, text in major]))
    one.set_minor_locator(matplotlib.ticker.FixedLocator(minor))
    one.set_minor_formatter(matplotlib.ticker.NullFormatter())


def steps(ax, data, colour, dashes, named=False):
    (edges,), y, error = data
    ax.stairs(y, edges, color=colour, linestyle=dashes, lw=WIDTH, label="_" * (not named))
    ax.fill_between(edges, np.append(y - error, 0), np.append(y + error, 0), step="post",
                    color=colour, alpha=0.3, lw=0)
    keep(ax, named, matplotlib.lines.Line2D([], [], color=colour, linestyle=dashes, lw=WIDTH))


def line(ax, data, colour, dashes, marker, named=False):
    x, y, error = data
    (drawn,) = ax.plot(x, y, color=colour, linestyle=dashes, lw=WIDTH, marker=marker, ms=5.8 * POINT)
    if error is not None:
        ax.fill_between(x, y - error, y + error, color=colour, alpha=0.3, lw=0)
    keep(ax, named, drawn)


def edge(ax, data, colour, dashes):
    x, upper, _ = data
    ax.plot(x, upper, color=colour, linestyle=dashes, lw=0.6 * WIDTH)


def region(ax, data, upper, closed, colour):
    """The inside of a contour, or everything above a line; all areas in one colour are one area."""
    x, y, _ = data
    if closed:
        ax.fill(x, y, color="#e6e6e6", lw=0, zorder=0.5)
    else:
        top = upper[1] if upper else np.full(len(y), max(1e9 * y.max(), 1e9))
        ax.fill_between(x, y, top, color="#e6e6e6", lw=0, zorder=0.5)
        if upper:
            ax.plot(x, upper[1], color=colour, lw=0.9 * POINT, zorder=0.6)
    ax.plot(x, y, color=colour, lw=0.9 * POINT, zorder=0.6)
    ax.others = matplotlib.lines.Line2D([], [], ls="none", color="#e6e6e6", mew=0, ms=18 * POINT,
                                        marker=[(-9, -5), (9, -5), (9, 5), (-9, 5), (-9, -5)])


def name(ax, at, text, colour, start=None, end=None):
    ax.text(*at, text, transform=ax.transAxes, color=colour, fontsize=10 * POINT, va="baseline")
    if start:
        ax.plot(*zip(start, end), transform=ax.transAxes, color=colour, lw=0.6 * POINT)


def points(ax, data, colour, fill, marker, aside, named=False):
    x, y, error = data
    inches = matplotlib.transforms.ScaledTranslation(aside * POINT / 72, 0, ax.figure.dpi_scale_trans)
    keep(ax, named, ax.errorbar(x, y, error, color=colour, mfc=fill, fmt=marker, ms=5.8 * POINT,
                                capsize=2.5 * POINT, lw=1.2 * POINT, transform=ax.transData + inches))


def keep(ax, named, drawn):
    """A sample of a curve for the legend, on the band of its error if that can be seen."""
    if named == "band":
        drawn = (matplotlib.lines.Line2D([], [], color=drawn.get_color(), alpha=0.3, lw=9 * POINT,
                                         solid_capstyle="butt"), drawn)
    if named:
        ax.named = [*getattr(ax, "named", []), drawn]


def legend(ax, corner, columns, labels):
    drawn = [*ax.named, *([ax.others] if hasattr(ax, "others") else [])]
    ax.legend(drawn, labels, loc="upper left", bbox_to_anchor=corner, ncols=columns, frameon=False,
              borderpad=0, borderaxespad=0, handlelength=2.5, handletextpad=0.67, handleheight=1.931,
              labelspacing=0, columnspacing=1.5)


def labels(ax, x, x_at, y, y_at):
    """Labels with their baselines where the drawing has them, in shares of the frame."""
    if x:
        ax.set_xlabel(x, va="baseline")
        ax.xaxis.set_label_coords(0.5, x_at)
    else:
        ax.tick_params(labelbottom=False)
    ax.set_ylabel(y, va="baseline")
    ax.yaxis.set_label_coords(y_at, 0.5)


def heat(ax, data, low, high):
    (x, y), z, _ = data
    norm = matplotlib.colors.LogNorm(low, high, clip=True)
    ax.pcolormesh(x, y, np.ma.masked_less_equal(z, 0).T, norm=norm, cmap="viridis")


def colours(bar, low, high):
    """The scale of the colours, with its numbers at the right."""
    steps = np.geomspace(low, high, 129)
    bar.pcolormesh([0, 1], steps, np.arange(128)[:, None], cmap="viridis")
    bar.tick_params(which="both", left=False, labelleft=False, labelright=True)
    bar.tick_params("x", which="both", bottom=False, top=False)

fig = plt.figure(figsize=(3.3858, 2.7559))

# reach
ax = fig.add_axes((0.17261, 0.16064, 0.78555, 0.80081))
axis(ax, "x", "log", (0.001, 7.999999999999999),
     [(0.001, "10$^{\\mathrm{−3}}$"), (0.01, "10$^{\\mathrm{−2}}$"), (0.1, "10$^{\\mathrm{−1}}$"), (1.0, "10$^{\\mathrm{0}}$")],
     [0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009000000000000001, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
axis(ax, "y", "log", (2.4741330433650025e-5, 1.0),
     [(0.0001, "10$^{\\mathrm{−4}}$"), (0.001, "10$^{\\mathrm{−3}}$"), (0.01, "10$^{\\mathrm{−2}}$"), (0.1, "10$^{\\mathrm{−1}}$"), (1.0, "10$^{\\mathrm{0}}$")],
     [3.0000000000000004e-5, 4e-5, 5e-5, 6.000000000000001e-5, 7.000000000000001e-5, 8e-5, 9e-5, 0.0002, 0.00030000000000000003, 0.0004, 0.0005, 0.0006000000000000001, 0.0007, 0.0008, 0.0009000000000000001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009000000000000001, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9])
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "ArgoNeuT"), rising=False), None, False, "#332288")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "BEBC"), rising=False), None, False, "#117733")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "CMS"), rising=False), None, False, "#882255")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "Colliders"), rising=False), None, False, "#7A6A00")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "LSND"), rising=False), None, False, "#AA4499")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "milliQan demonstrator"), rising=False), None, False, "#1F7A70")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "milliQan Run 3"), rising=False), None, False, "#A3404F")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "MiniBooNE"), rising=False), None, False, "#555555")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "SENSEI"), rising=False), None, False, "#8A4B08")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "SLAC mQ"), rising=False), None, False, "#4477AA")
region(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "Super-K"), rising=False), None, False, "#6B8E23")
line(ax, columns("../../output/figures/limits/reach.csv", "m_chi_gev", "q_over_e", only=("curve", "na64mu-2025 bremsstrahlung")), "#0072B2", (0, (4.118, 1.765)), "", True)
labels(ax, "$\\mathit{m}_{\\mathit{χ}}$ [GeV]", -0.1605, "$\\mathit{Q}_{\\mathit{χ}}$/$\\mathit{e}$", -0.1631)
legend(ax, (0.4567, 0.1829), 1, ["NA64$\\mathit{μ}$ (projected)", "excluded by others"])
name(ax, (0.7057, 0.4062), "milliQan Run 3", "#A3404F", (0.8281, 0.4423), (0.7976, 0.5025))
name(ax, (0.4661, 0.3902), "Super-K", "#6B8E23", (0.5317, 0.4263), (0.5118, 0.4590))
name(ax, (0.0742, 0.5854), "milliQan demonstrator", "#1F7A70")
name(ax, (0.1205, 0.2043), "SLAC mQ", "#4477AA")
name(ax, (0.6349, 0.3204), "SENSEI", "#8A4B08")
name(ax, (0.1971, 0.4654), "ArgoNeuT", "#332288")
name(ax, (0.1541, 0.3450), "MiniBooNE", "#555555")
name(ax, (0.3596, 0.6426), "LSND", "#AA4499")
name(ax, (0.5734, 0.8364), "Colliders", "#7A6A00")
name(ax, (0.1441, 0.2960), "BEBC", "#117733")

fig.savefig(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_suffix(".matplotlib.png"), dpi=600)
