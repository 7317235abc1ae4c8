# The book: programs of the chapters, and the listings and outputs that the
# chapters show of them. The programs are built with the runtime's own checks
# (the debug variant), so that a broken rule says its name.

BOOK_SOURCES := $(wildcard chapters/code/*.c)
BOOK_PROGRAMS := $(BOOK_SOURCES:chapters/code/%.c=$(BUILD)/chapters/%)
BOOK_VIEWER := $(if $(wildcard visualizer/build.mk),\
	$(BUILD)/visualizer/polliwog-viz)
BOOK_TOOL = BUILD=$(BUILD) CC="$(CC)" BOOK_FLAGS="$(CSTD) $(WARNINGS)" \
	$(or $(wildcard /usr/bin/python3),python3) -B chapters/tools/book.py

$(BOOK_PROGRAMS): $(BUILD)/chapters/%: $(BUILD)/debug/chapters/code/%.o \
		$(BUILD)/debug/libpolliwog.a
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$(Q)$(CC) $(RUNTIME_FLAGS_debug) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $^

-include $(BOOK_SOURCES:%.c=$(BUILD)/debug/%.d)

.PHONY: chapters book test-book
chapters: $(BOOK_PROGRAMS)

# Puts fresh listings and outputs into the chapters.
book: $(BOOK_PROGRAMS) $(BOOK_VIEWER)
	@$(BOOK_TOOL) refresh

# Fails when a listing, an output or a link in a chapter is stale.
test-book: $(BOOK_PROGRAMS) $(BOOK_VIEWER)
	@$(BOOK_TOOL) check
