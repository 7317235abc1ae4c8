# The visualizer: one program, and a second one with sanitizers for the tests.

VISUALIZER := $(BUILD)/visualizer
VISUALIZER_SOURCES := $(wildcard visualizer/*.c)
VISUALIZER_VARIANTS := release asan
VISUALIZER_FLAGS_release := -O2 -g
VISUALIZER_FLAGS_asan := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
VISUALIZER_CPPFLAGS := -D_GNU_SOURCE -Iruntime -Ivisualizer
NCURSES_FLAGS = $(shell pkg-config --cflags ncursesw 2>/dev/null)
NCURSES_LIBS = $(shell pkg-config --libs ncursesw 2>/dev/null || \
	echo -lncursesw -ltinfo)

# $(call visualizer_objects,VARIANT): all but the main function.
visualizer_objects = $(patsubst visualizer/%.c,$(VISUALIZER)/$(1)/%.o,\
	$(filter-out visualizer/main.c,$(VISUALIZER_SOURCES)))

define visualizer_rules
$(VISUALIZER)/$(1)/%.o: visualizer/%.c visualizer/build.mk
	@mkdir -p $$(@D)
	$$(call say,cc,visualizer/$(1)/$$*.c)
	$$(Q)$$(CC) $$(CSTD) $$(WARNINGS) $$(VISUALIZER_CPPFLAGS) \
		$$(NCURSES_FLAGS) $$(VISUALIZER_FLAGS_$(1)) $$(CFLAGS) -MMD -MP \
		-c -o $$@ $$<

$(VISUALIZER)/$(1)/polliwog-viz: $(VISUALIZER)/$(1)/main.o \
		$$(call visualizer_objects,$(1))
	$$(call say,ld,$$@)
	$$(Q)$$(CC) $$(VISUALIZER_FLAGS_$(1)) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ \
		$$(NCURSES_LIBS)

-include $$(patsubst visualizer/%.c,$(VISUALIZER)/$(1)/%.d,\
	$$(VISUALIZER_SOURCES))
endef
$(foreach v,$(VISUALIZER_VARIANTS),$(eval $(call visualizer_rules,$(v))))

$(VISUALIZER)/polliwog-viz: $(VISUALIZER)/release/polliwog-viz
	$(Q)cp -f $< $@

.PHONY: visualizer
visualizer: $(VISUALIZER)/polliwog-viz

# --- tests ----------------------------------------------------------------

VISUALIZER_TESTS := $(filter-out %/fuzz.c,$(wildcard visualizer/tests/*.c))
VISUALIZER_TEST_OBJECTS := \
	$(VISUALIZER_TESTS:visualizer/%.c=$(VISUALIZER)/asan/%.o)
VISUALIZER_CHECK_LIBS = $(shell pkg-config --libs check 2>/dev/null || \
	echo -lcheck)
VISUALIZER_STORY := $(VISUALIZER)/asan/tests/story.o

$(VISUALIZER)/unit-tests: $(VISUALIZER_TEST_OBJECTS) \
		$(call visualizer_objects,asan)
	$(call say,ld,$@)
	$(Q)$(CC) $(VISUALIZER_FLAGS_asan) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(VISUALIZER_CHECK_LIBS) $(NCURSES_LIBS)

$(VISUALIZER)/fuzz: $(VISUALIZER)/asan/tests/fuzz.o $(VISUALIZER_STORY) \
		$(call visualizer_objects,asan)
	$(call say,ld,$@)
	$(Q)$(CC) $(VISUALIZER_FLAGS_asan) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(VISUALIZER_CHECK_LIBS) $(NCURSES_LIBS)

-include $(VISUALIZER_TEST_OBJECTS:.o=.d) \
	$(VISUALIZER)/asan/tests/fuzz.d

.PHONY: test-visualizer
test-visualizer: $(VISUALIZER)/unit-tests $(VISUALIZER)/fuzz \
		$(VISUALIZER)/polliwog-viz
	@visualizer/tests/run.sh
