# The examples: one program for each file but serve.c, which some of them share.

EXAMPLE_SOURCES := $(wildcard runtime/examples/*.c)
EXAMPLE_SHARED := $(BUILD)/release/runtime/examples/serve.o
EXAMPLE_PROGRAMS := $(patsubst runtime/examples/%.c,$(BUILD)/examples/%,\
	$(filter-out %/serve.c,$(EXAMPLE_SOURCES)))

$(EXAMPLE_PROGRAMS): $(BUILD)/examples/%: \
		$(BUILD)/release/runtime/examples/%.o $(EXAMPLE_SHARED) \
		$(call runtime_library,release)
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$(Q)$(CC) $(RUNTIME_FLAGS_release) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $^

-include $(EXAMPLE_SOURCES:%.c=$(BUILD)/release/%.d)

.PHONY: test-examples
# It has no more to do than that; the Makefile says what it is for.
examples: $(EXAMPLE_PROGRAMS)

test-examples: examples
	@BUILD='$(BUILD)' $(PYTHON) -B -m pytest -q -rs -n 2 -p no:cacheprovider \
		runtime/examples
