# make demo    set up, build, generate the sample of cards/na64mu-2025.toml, draw it
# make test    every check and test there is
# make quick   the fast tests only
# make setup   find or install HDF5

.PHONY: demo test quick setup
.DEFAULT_GOAL := demo
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

CARD := na64mu-2025
MILLIBREM = cargo run --release --quiet $$MILLIBREM_FEATURES --bin millibrem --

setup:
	@scripts/setup.sh

demo: setup
	@. target/setup.env; cargo build --release $$MILLIBREM_FEATURES
	@. target/setup.env; $(MILLIBREM) generate cards/$(CARD).toml --force
	@. target/setup.env; if $(MILLIBREM) plot --help >/dev/null 2>&1; then \
		$(MILLIBREM) plot output/$(CARD)/run.h5; \
	else \
		echo 'This version cannot draw yet; read output/$(CARD)/run.h5 with h5py and hist.'; \
	fi

test:
	@scripts/setup.sh --tests
	@scripts/test.sh

quick: setup
	@scripts/test.sh --quick
