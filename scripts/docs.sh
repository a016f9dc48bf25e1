#!/usr/bin/env bash
# Builds the documentation as a book in target/docs, with the API in Rust under rust/. Any link or
# anchor in docs/ that leads nowhere, and any warning of rustdoc, is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
. target/setup.env

RUSTDOCFLAGS='-D warnings' cargo doc --workspace --release --no-deps $MILLIBREM_FEATURES
# The pages of the API come after the check of links, which knows nothing of them.
NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict
mkdir -p target/docs/rust
cp -R "${CARGO_TARGET_DIR:-target}/doc/." target/docs/rust/
echo "the book is target/docs/index.html; its search needs a server: python3 -m http.server -d target/docs"
