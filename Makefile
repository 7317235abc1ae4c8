# Polliwog's front door. `make help` lists the targets; README.md explains them.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

BUILD ?= build
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

-include runtime/build.mk visualizer/build.mk grader/build.mk chapters/build.mk

##@ Help
.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^[a-zA-Z%-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BUILD)
