# make demo       set up, build, generate the sample of cards/na64mu-2025.toml, draw it
# make figures    draw the figures of docs/figures again, from the cards
# make test       every check and test there is, but for that of the feature mpi
# make quick      the fast tests only
# make test-slurm the test on a real Slurm, which is started for it
# make test-mpi   the test of the feature mpi
# make install    put program, C and C++ library, man pages and completions under PREFIX [/usr/local]
# make page       build the page over the library into target/page
# make page-test  the test of the page in a headless Chromium
# make docs       the documentation as a book in target/docs, with the API in Rust
# make setup      find or install HDF5

.PHONY: docs demo figures test quick setup install page page-test test-slurm test-mpi
.DEFAULT_GOAL := demo
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

CARD := na64mu-2025
PREFIX ?= /usr/local
MILLIBREM = cargo run --release --quiet $$MILLIBREM_FEATURES --bin millibrem --

setup:
	@scripts/setup.sh

demo: setup
	@. target/setup.env; cargo build --release $$MILLIBREM_FEATURES
	@. target/setup.env; $(MILLIBREM) generate cards/$(CARD).toml --force
	@. target/setup.env; $(MILLIBREM) plot output/$(CARD)/run.h5

figures: setup
	@. target/setup.env; cargo build --release $$MILLIBREM_FEATURES
	@scripts/figures.sh "$${CARGO_TARGET_DIR:-target}/release/millibrem"

test:
	@scripts/setup.sh --tests --cluster --page
	@scripts/test.sh

docs:
	@scripts/setup.sh --tests
	@scripts/docs.sh

install: setup
	@. target/setup.env; scripts/install.sh "$(PREFIX)"

page:
	@scripts/setup.sh --page
	@. target/setup.env; web/build.sh

page-test:
	@scripts/setup.sh --page --tests
	@. target/setup.env; web/tests/run.sh

test-slurm:
	@scripts/setup.sh --tests --cluster
	@. target/setup.env; cargo build --release $$MILLIBREM_FEATURES
	@tests/slurm/run.sh

test-mpi:
	@scripts/setup.sh --tests --mpi
	@. target/setup.env; tests/mpi.sh

quick: setup
	@scripts/test.sh --quick
