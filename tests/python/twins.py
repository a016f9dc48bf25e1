"""Compares a drawing with what its matplotlib script draws: texts and their places, frames, colours.

python twins.py FIGURE.svg FIGURE.py AGAIN.png

Ticks must stand at the same pixel under the same number, which holds only if frames, limits and
scales agree; labels, legends and titles must have the same words, at places a few pixels apart at
most. Exits with 1 and says what differs.
"""

import re
import runpy
import sys
import xml.etree.ElementTree as ET

import matplotlib.colors
import matplotlib.patches

SVG = "{http://www.w3.org/2000/svg}"
# Pixels: of ticks, which are set; of words, whose widths two programs measure.
TICK, WORD = 0.6, 4.0


def plain(text):
    """Text of matplotlib without its mathematical marks."""
    parts = re.split(r"(?<!\\)\$", text)
    words = [part.replace(r"\$", "$") for part in parts]
    for i in range(1, len(parts), 2):
        math = re.sub(r"\\(mathit|mathrm)", "", parts[i]).replace(r"\bar{χ}", "χ\u0304")
        words[i] = re.sub(r"[{}^_]|\\(?= )", "", math)
    return "".join(words)


def drawn(path):
    """Words with their places in pixels, and the colours of lines, of an SVG."""
    words, colours = [], set()

    def walk(node, at):
        moved = re.match(r"translate\((\S+) (\S+)\)", node.get("transform", ""))
        if moved:
            at = (at[0] + float(moved[1]), at[1] + float(moved[2]))
        if node.tag == SVG + "text":
            where = (at[0] + float(node.get("x")), at[1] + float(node.get("y")))
            turned = "rotate" in node.get("transform", "")
            words.append(("".join(node.itertext()), where, node.get("text-anchor"), turned))
        if node.tag == SVG + "path" and node.get("stroke-width") == "1.7":
            colours.add(node.get("stroke").lower())
        for child in node:
            walk(child, at)

    walk(ET.parse(path).getroot(), (0.0, 0.0))
    return words, colours


def redrawn(script, output):
    """The same of a script, which draws into `output`: ticks, words with their places, colours of lines."""
    sys.argv = [script, output]
    found = runpy.run_path(script)
    fig, point = found["fig"], found["POINT"]
    fig.canvas.draw()
    pixel = fig.dpi * point / 72
    high = fig.bbox.height / pixel

    def place(x, y):
        return x / pixel, high - y / pixel

    ticks, words, colours = [], [], set()

    def word(text, anchor):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            # Of a text that is not turned, the place of its baseline.
            _, _, below = text._get_layout(fig.canvas.get_renderer())
            y = (box.y0 + box.y1) / 2 if text.get_rotation() else box.y0 + below
            x = {"start": box.x0, "middle": (box.x0 + box.x1) / 2, "end": box.x1}[anchor]
            words.append((plain(text.get_text()), place(x, y)))

    for ax in fig.axes:
        inside = ax.get_position()
        for axis, shown in (("x", "labelbottom"), ("y", "labelleft")):
            one = getattr(ax, axis + "axis")
            parameters = one.get_tick_params()
            if not (parameters.get(shown, True) or parameters.get("labelright", False)):
                continue
            for at, label in zip(one.get_majorticklocs(), one.get_majorticklabels()):
                if not label.get_text():
                    continue
                x, y = ax.transData.transform((at, at))
                corner = fig.transFigure.transform((inside.x0, inside.y0))
                ticks.append((axis, plain(label.get_text()), place(*((x, corner[1]) if axis == "x" else (corner[0], y)))))
        for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
            word(text, "middle")
        for text in [*(ax.get_legend().get_texts() if ax.get_legend() else []), *ax.texts]:
            word(text, "start")
        colours |= {matplotlib.colors.to_hex(line.get_color()) for line in ax.lines
                    if abs(line.get_linewidth() - 1.7 * point) < 1e-6}
        colours |= {matplotlib.colors.to_hex(patch.get_edgecolor()) for patch in ax.patches
                    if isinstance(patch, matplotlib.patches.StepPatch)}
    return ticks, words, colours


def differences(svg, script, output):
    """What differs, in words."""
    (theirs, colours), (ticks, words, others) = drawn(svg), redrawn(script, output)
    left = list(theirs)
    wrong = []

    def take(text, fits):
        found = [one for one in left if one[0] == text and fits(one)]
        if not found:
            places = [one[1] for one in theirs if one[0] == text]
            return f"{text!r} has no twin; the drawing has it at {places}"
        left.remove(found[0])
        return None

    # Numbers of x stand under their ticks, those of y beside them, 0.35 of 12 pixels lower.
    for axis, text, (x, y) in ticks:
        near = (lambda one: abs(one[1][0] - x) < TICK and abs(one[1][1] - 18 - y) < TICK) if axis == "x" else (
            lambda one: abs(one[1][1] - 4.2 - y) < TICK and abs(one[1][0] - x) < 40)
        wrong.append(take(text, near))
    for text, (x, y) in words:
        def near(one):
            # The middle of a text that is turned lies beside its baseline.
            there = (one[1][0] - 4, one[1][1]) if one[3] else one[1]
            return abs(there[0] - x) < WORD and abs(there[1] - y) < WORD
        wrong.append(take(text, near))
    wrong.extend(f"{one[0]!r} at {one[1]} is only in the drawing" for one in left)
    if colours != others:
        wrong.append(f"lines have the colours {sorted(colours)} and {sorted(others)}")
    if not ticks or not words:
        wrong.append("there is nothing to compare")
    return [one for one in wrong if one]


if __name__ == "__main__":
    found = differences(*sys.argv[1:])
    sys.exit("\n".join(found) if found else 0)
