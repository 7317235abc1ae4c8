# The runtime as a static library, in four variants:
#   release   what a reader runs
#   debug     -O0 with the runtime's own checks (RT_DEBUG)
#   asan      debug with AddressSanitizer and UBSan
#   tsan      debug with ThreadSanitizer
# A program must be compiled with the same flags as the library that it links,
# because RT_DEBUG changes the layout of some structs.

RUNTIME_VARIANTS := release debug asan tsan
RUNTIME_FLAGS_release := -O2 -g
RUNTIME_FLAGS_debug := -O0 -g -DRT_DEBUG
RUNTIME_FLAGS_asan := -O1 -g -DRT_DEBUG -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
RUNTIME_FLAGS_tsan := -O1 -g -DRT_DEBUG -fsanitize=thread

RUNTIME_CPPFLAGS := -Iruntime
RUNTIME_SOURCES := $(filter-out \
	runtime/tests/% runtime/bench/% runtime/explore/% runtime/examples/%,\
	$(wildcard runtime/*.c runtime/*/*.c))

# $(call runtime_library,VARIANT): the path of one library.
runtime_library = $(BUILD)/$(1)/libpolliwog.a

# $(call runtime_rules,VARIANT): how one variant is built. -MMD writes down
# which headers each file includes, so that a changed header rebuilds its users.
define runtime_rules
$(BUILD)/$(1)/%.o: %.c runtime/build.mk
	@mkdir -p $$(@D)
	$$(call say,cc,$(1)/$$<)
	$$(Q)$$(CC) $$(CSTD) $$(WARNINGS) $$(RUNTIME_CPPFLAGS) \
		$$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) -pthread -MMD -MP -c -o $$@ $$<

$(call runtime_library,$(1)): $$(RUNTIME_SOURCES:%.c=$(BUILD)/$(1)/%.o)
	$$(call say,ar,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^

-include $$(RUNTIME_SOURCES:%.c=$(BUILD)/$(1)/%.d)
endef
$(foreach v,$(RUNTIME_VARIANTS),$(eval $(call runtime_rules,$(v))))

.PHONY: runtime
runtime: $(foreach v,$(RUNTIME_VARIANTS),$(call runtime_library,$(v)))

include runtime/explore/build.mk
include runtime/tests/tests.mk
include runtime/bench/bench.mk
include runtime/examples/examples.mk
include runtime/install/install.mk
include runtime/reference/reference.mk
