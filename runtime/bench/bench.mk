# The benchmarks: our rows, the floor, the load; and the same rows on Tokio,
# when cargo and Debian's crates are there. Built as users build: the release
# library, no flags of our own.

BENCH_SOURCES := $(filter-out runtime/bench/floor.c runtime/bench/load.c,\
	$(wildcard runtime/bench/*.c))
BENCH_PROGRAMS := $(addprefix $(BUILD)/bench/,bench-polliwog floor load)

$(BUILD)/bench/bench-polliwog: $(BENCH_SOURCES:%.c=$(BUILD)/release/%.o) \
		$(call runtime_library,release)
$(BUILD)/bench/floor: $(BUILD)/release/runtime/bench/floor.o
$(BUILD)/bench/load: $(BUILD)/release/runtime/bench/load.o

$(BENCH_PROGRAMS):
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$(Q)$(CC) $(RUNTIME_FLAGS_release) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $^

-include $(BENCH_SOURCES:%.c=$(BUILD)/release/%.d)
-include $(addprefix $(BUILD)/release/runtime/bench/,floor.d load.d)

.PHONY: bench-programs bench-tokio test-bench
bench-programs: $(BENCH_PROGRAMS)

# Cargo itself knows what is up to date. Without it we measure ourselves alone.
bench-tokio:
	$(call say,rust,$(BUILD)/bench/tokio/bench-tokio)
	$(Q)runtime/bench/tokio/build.sh '$(abspath $(BUILD))/bench/tokio' || true

test-bench: bench-programs
	@$(PYTHON) -B -m pytest -q -p no:cacheprovider runtime/bench
