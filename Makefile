# Polliwog's front door. `make help` lists the targets; README.md explains them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# --- settings -------------------------------------------------------------

BUILD ?= build
ifneq (1,$(words $(BUILD)))
$(error BUILD must be one folder, without spaces in its name)
endif
ifeq ($(origin CC),default)
CC := gcc
endif

CSTD := -std=gnu11
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla \
	-Wundef -Wpointer-arith -Wwrite-strings -Wcast-qual -Wformat=2 \
	-Wimplicit-fallthrough -Wnull-dereference

# Each step prints one short line; V=1 shows the commands.
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-4s %s\n' '$(1)' '$(2)'
endif

# What a user may say on the command line goes to the scripts through the
# environment, letter by letter: a file may be called `a b$c;d.c`. $(value)
# keeps make from expanding the dollar.
override SRC := $(value SRC)
override JSON := $(value JSON)
override TRACE := $(value TRACE)
override SEED := $(value SEED)
override PORT := $(value PORT)
export SRC JSON TRACE SEED PORT REVEAL BUILD CC CSTD WARNINGS

# A Python with the modules that we need; looked for when first used.
PYTHON = $(or $(shell grader/front/python.sh),\
	$(error Python or its modules are missing: run `make start`))

-include runtime/build.mk visualizer/build.mk grader/build.mk chapters/build.mk

# --- exit statuses --------------------------------------------------------

# make turns every status of a failing recipe into 2, but `make check-ex1`
# promises 1 for "failed" and 2 for "could not be checked". There is one door:
# under -q (--question) make hands on a 1 as it is, and without an error line.
# So when all goals are of the kind below, we switch -q on. It would keep
# recipes from running, except for lines that begin with a plus sign; $(RUN)
# is that plus. With -n neither is set, so that -n still runs nothing.
STATUS_GOALS := check-ex% run-ex% test lint
ifneq (,$(MAKECMDGOALS))
ifeq (,$(filter-out $(STATUS_GOALS),$(MAKECMDGOALS)))
ifeq (,$(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))))
MAKEFLAGS += -q
RUN := +
endif
endif
endif

MAKEFLAGS += --no-builtin-rules

# A make inside a recipe starts afresh: without the -q of above.
export SUBMAKE := env MAKEFLAGS= MFLAGS= $(MAKE) --no-print-directory
FRONT := grader/front

# --- the targets of README.md ---------------------------------------------

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^[a-zA-Z%-]+:.*## / { sub("%", "N", $$1); \
		printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: start
start: ## set everything up, and show where you stand
	@$(FRONT)/set-up.sh start
	@$(SUBMAKE) -j$$(getconf _NPROCESSORS_ONLN) -s needs
	@$(FRONT)/front.sh progress

.PHONY: test
test: ## set everything up, and run every test of the project
	$(RUN)@$(FRONT)/set-up.sh test || { echo 0 passed, 1 failed; exit 1; }
	$(RUN)@$(FRONT)/front.sh test $(TEST_PARTS)

check-ex%: FORCE ## check an exercise [SRC=file.c] [JSON=out.json] [SEED=n]
	$(RUN)@$(FRONT)/check.sh '$*'

run-ex%: FORCE ## run an exercise as its user would [SRC=file.c] [PORT=n]
	$(RUN)@$(FRONT)/run.sh '$*'

viz-ex%: FORCE ## watch an exercise in the visualizer [SRC=file.c]
	@visualizer/watch-exercise '$*'

viz: FORCE ## open a recorded trace: make viz TRACE=file
	@$(FRONT)/viz.sh

hint-ex%: FORCE ## the next hint: from a nudge to nearly the answer
	@$(FRONT)/front.sh hint '$*'

solution-ex%: FORCE ## the solution, once you pass [REVEAL=1: now]
	@$(FRONT)/front.sh solution '$*'

reset-ex%: FORCE ## the untouched exercise again; your file is kept aside
	@$(FRONT)/front.sh reset '$*'

.PHONY: watch progress
watch: ## re-check on every save
	@$(FRONT)/front.sh watch

progress: ## the exercises, and where you stand
	@$(FRONT)/front.sh progress

.PHONY: examples
examples: ## small programs to start from, into build/examples/

.PHONY: install uninstall
install: ## libraries, headers, polliwog.pc [PREFIX=/usr/local] [DESTDIR=]
	@$(SUBMAKE) -j$$(getconf _NPROCESSORS_ONLN) install-files
	@$(INSTALL)

uninstall: ## removes what install has put there
	@$(INSTALL)

.PHONY: reference
reference: ## what the headers say, as build/reference/reference.md
	@$(REFERENCE)

.PHONY: bench-quick
bench-quick: ## the runtime beside Tokio [ROWS="mutex echo_cpu"] [JSON=out.json]
	@$(FRONT)/set-up.sh bench
	@$(SUBMAKE) -j$$(getconf _NPROCESSORS_ONLN) bench-programs
	@$(SUBMAKE) bench-tokio
	@$(PYTHON) -B runtime/bench/bench.py $(ROWS)

.PHONY: lint format clean
lint: ## the style checks
	$(RUN)@$(FRONT)/front.sh lint

format: ## bring C and Python into the project's style
	@$(FRONT)/front.sh format

clean: ## remove what was built
	rm -rf '$(BUILD)'

# --- parts of the above ---------------------------------------------------

# What checking, running and watching an exercise needs.
.PHONY: needs
needs: $(foreach v,release debug asan,$(call runtime_library,$(v)))
ifneq (,$(wildcard visualizer/build.mk))
needs: $(BUILD)/visualizer/polliwog-viz
endif
ifneq (,$(wildcard grader/build.mk))
needs: grader
endif

# The parts of `make test`; each prints how many of its tests passed.
TEST_PARTS := test-runtime test-examples test-install test-reference test-bench
ifneq (,$(wildcard visualizer/build.mk))
TEST_PARTS += test-visualizer
endif
ifneq (,$(wildcard grader/build.mk))
TEST_PARTS += test-grader
endif
ifneq (,$(wildcard chapters/build.mk))
TEST_PARTS += test-book
endif
TEST_PARTS += test-front lint

.PHONY: test-front
test-front:
	@$(PYTHON) -B -m pytest -q -n 2 -p no:cacheprovider $(FRONT)/tests

.PHONY: FORCE
FORCE:
