# The schedule explorer, and the runtime in a variant in which it decides who
# goes on. See README.md.

EXPLORE_SOURCES := $(wildcard runtime/explore/*.c)
EXPLORE_MODELS := $(wildcard runtime/explore/models/*.c)
EXPLORE_FLAGS := -O1 -g -DRT_DEBUG -fno-omit-frame-pointer -D_GNU_SOURCE=

# Everything but the explorer itself is compiled with points.
EXPLORE_POINTS := -include runtime/explore/points.h
EXPLORE_LIBRARY := $(BUILD)/explore/libpolliwog.a
EXPLORE_PROGRAM := $(BUILD)/explore/models

$(BUILD)/explore/%.o: %.c runtime/explore/build.mk
	@mkdir -p $(@D)
	$(call say,cc,explore/$<)
	$(Q)$(CC) $(CSTD) $(WARNINGS) $(RUNTIME_CPPFLAGS) $(EXPLORE_FLAGS) \
		$(if $(filter $(EXPLORE_SOURCES),$<),,$(EXPLORE_POINTS)) \
		$(CFLAGS) -pthread -MMD -MP -c -o $@ $<

$(EXPLORE_LIBRARY): $(RUNTIME_SOURCES:%.c=$(BUILD)/explore/%.o) \
		$(EXPLORE_SOURCES:%.c=$(BUILD)/explore/%.o)
	$(call say,ar,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(EXPLORE_PROGRAM): $(EXPLORE_MODELS:%.c=$(BUILD)/explore/%.o) \
		$(EXPLORE_LIBRARY)
	$(call say,ld,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $^

-include $(EXPLORE_MODELS:%.c=$(BUILD)/explore/%.d)
-include $(EXPLORE_SOURCES:%.c=$(BUILD)/explore/%.d)
-include $(RUNTIME_SOURCES:%.c=$(BUILD)/explore/%.d)

# MODELS="name name": only these. RT_REPLAY=name:order: one run, step by step.
.PHONY: explore
explore: $(EXPLORE_PROGRAM)
	@$(EXPLORE_PROGRAM) $(MODELS)

# Breaks the runtime in one place at a time; a model must find each.
.PHONY: mutants-explore
mutants-explore: $(EXPLORE_PROGRAM)
	@runtime/explore/mutants/run.sh
