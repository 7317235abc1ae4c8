# make install: what a program outside of this repository needs.
#
#     lib/libpolliwog.a, .so      the release library, without debug information
#     lib/pkgconfig/polliwog.pc   the flags for a compiler
#     include/polliwog/           rt.h and all that it includes
#
# A program writes #include <polliwog/rt.h>.

VERSION := 0.1.0
PREFIX ?= /usr/local
STRIP ?= strip

RUNTIME_FLAGS_shared := -O2 -fPIC -fvisibility=default \
	-fno-semantic-interposition
$(eval $(call runtime_rules,shared))

# Its number changes when programs must be built anew.
SONAME := libpolliwog.so.0
SHARED_LIBRARY := $(BUILD)/shared/libpolliwog.so.$(VERSION)

$(SHARED_LIBRARY): $(RUNTIME_SOURCES:%.c=$(BUILD)/shared/%.o)
	$(call say,ld,$@)
	$(Q)$(CC) -shared -Wl,-soname,$(SONAME) $(CFLAGS) $(LDFLAGS) -pthread \
		-o $@ $^

# The Makefile says what these are for.
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export STRIP := $(STRIP)
INSTALL = runtime/install/install.sh $@ '$(call runtime_library,release)' \
	'$(SHARED_LIBRARY)' $(SONAME) $(VERSION)

.PHONY: install-files
install-files: $(call runtime_library,release) $(SHARED_LIBRARY)
	@:

.PHONY: test-install
test-install: install-files
	@BUILD='$(BUILD)' $(PYTHON) -B -m pytest -q -p no:cacheprovider \
		runtime/install
