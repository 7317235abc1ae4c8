# The judges: one program of Check tests for each exercise. They hold nothing
# of the student's and nothing of the runtime but two of its headers.

GRADER_JUDGES := $(patsubst grader/unit/%.c,$(BUILD)/grader/%,\
	$(wildcard grader/unit/check_ex*.c))
GRADER_LIB := $(patsubst grader/unit/%.c,$(BUILD)/grader/unit/%.o,\
	$(filter-out %/asan_exit.c,\
	$(filter-out grader/unit/check_ex%.c,$(wildcard grader/unit/*.c))))
GRADER_CPPFLAGS := -D_GNU_SOURCE -Igrader -Iruntime
GRADER_CHECK_LIBS = $(shell pkg-config --libs check 2>/dev/null || \
	echo -lcheck) -lutil

$(BUILD)/grader/unit/%.o: grader/unit/%.c grader/build.mk
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$(Q)$(CC) $(CSTD) $(WARNINGS) $(GRADER_CPPFLAGS) -O1 -g $(CFLAGS) \
		-MMD -MP -c -o $@ $<

$(GRADER_JUDGES): $(BUILD)/grader/check_%: $(BUILD)/grader/unit/check_%.o \
		$(GRADER_LIB)
	$(call say,ld,$@)
	$(Q)$(CC) -g $(LDFLAGS) -pthread -o $@ $^ $(GRADER_CHECK_LIBS)

-include $(wildcard $(BUILD)/grader/unit/*.d)

# All that a check needs but the submission itself.
.PHONY: grader
grader: $(GRADER_JUDGES) $(call runtime_library,debug) \
	$(call runtime_library,asan)

needs: $(GRADER_JUDGES)

.PHONY: test-grader
test-grader: needs
	@BUILD='$(BUILD)' $(PYTHON) -B -m pytest -q -n 2 -p no:cacheprovider \
		--dist loadgroup grader/tests

# Each solution 50 times with all cores busy: no right answer may fail.
.PHONY: soak-grader
soak-grader: needs
	@BUILD='$(BUILD)' $(PYTHON) -B -m grader.soak
