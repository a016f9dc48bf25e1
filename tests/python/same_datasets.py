"""Exits with 1 unless two HDF5 files have the same datasets with the same bytes.

python same_datasets.py ONE.h5 OTHER.h5
"""

import sys

import h5py
import numpy as np


def datasets(path):
    """Path in the file -> (type, shape, bytes) of every dataset."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            value = np.asarray(item[()])
            # What references point to, not where it lies in the file.
            if item.dtype.metadata and "ref" in item.dtype.metadata:
                value = np.array([file[reference].name for reference in value.flat])
            content = repr(value.tolist()) if value.dtype.hasobject else value.tobytes()
            found[name] = (str(item.dtype), item.shape, content)

    with h5py.File(path) as file:
        file.visititems(take)
    return found


def main(one, other):
    a, b = datasets(one), datasets(other)
    apart = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
    # An empty comparison would pass whatever the files hold.
    if not a or apart:
        sys.exit(f"{one} and {other} differ in {', '.join(apart) or 'nothing: they are empty'}")
    print(f"{len(a)} datasets, {sum(len(v[2]) for v in a.values())} bytes: the same")


if __name__ == "__main__":
    main(*sys.argv[1:])
