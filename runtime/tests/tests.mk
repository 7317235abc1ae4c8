# The runtime's tests: one Check program with all suites, built and run in
# each variant of the library.

RUNTIME_TEST_SOURCES := $(wildcard runtime/tests/*.c)
RUNTIME_TEST_CFLAGS = $(shell pkg-config --cflags check 2>/dev/null)
RUNTIME_TEST_LIBS = $(shell pkg-config --libs check 2>/dev/null || echo -lcheck)

# $(call runtime_tests,VARIANT): the path of one test program.
runtime_tests = $(BUILD)/$(1)/runtime/tests/runtime-tests

# The kqueue driver, with a kqueue that is made of epoll.
RUNTIME_TEST_KQUEUE = $(BUILD)/$(1)/runtime/tests/shim/kqueue.o

define runtime_tests_rule
$(call RUNTIME_TEST_KQUEUE,$(1)): runtime/driver/kqueue.c \
		runtime/tests/shim/sys/event.h runtime/driver/driver.h
	@mkdir -p $$(@D)
	$$(call say,cc,$(1)/$$<)
	$$(Q)$$(CC) $$(CSTD) $$(WARNINGS) $$(RUNTIME_CPPFLAGS) \
		-Iruntime/tests/shim $$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) -pthread \
		-c -o $$@ $$<

$(call runtime_tests,$(1)): $(RUNTIME_TEST_SOURCES:%.c=$(BUILD)/$(1)/%.o) \
		$(call RUNTIME_TEST_KQUEUE,$(1)) \
		$(call runtime_library,$(1))
	$$(call say,ld,$$@)
	$$(Q)$$(CC) $$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) $$(LDFLAGS) -pthread \
		-o $$@ $$^ $$(RUNTIME_TEST_LIBS)

-include $(RUNTIME_TEST_SOURCES:%.c=$(BUILD)/$(1)/%.d)
endef
$(foreach v,$(RUNTIME_VARIANTS),$(eval $(call runtime_tests_rule,$(v))))

# A second program, in which any call of the runtime can be made to fail: the
# linker puts tests/faults/inject.c between the runtime and the system.
FAULTS_SOURCES := $(wildcard runtime/tests/faults/*.c) runtime/tests/kit.c \
	runtime/tests/kqueue_shim.c
FAULTS_CALLS := accept4 bind close connect epoll_create1 epoll_ctl epoll_wait \
	eventfd fcntl fstat getsockopt listen mmap open opendir pipe2 poll \
	posix_spawnp pread pthread_create pwrite read recv recvfrom recvmsg send \
	sendmsg sendto setsockopt shutdown socket socketpair syscall waitpid write \
	rt_alloc rt_alloc_is_to_fail rt_free
FAULTS_WRAPS := $(FAULTS_CALLS:%=-Wl,--wrap=%)
FAULTS_VARIANTS := release asan tsan
runtime_faults = $(BUILD)/$(1)/runtime/tests/runtime-faults

define runtime_faults_rule
$(call runtime_faults,$(1)): $(FAULTS_SOURCES:%.c=$(BUILD)/$(1)/%.o) \
		$(call RUNTIME_TEST_KQUEUE,$(1)) \
		$(call runtime_library,$(1))
	$$(call say,ld,$$@)
	$$(Q)$$(CC) $$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) $$(LDFLAGS) -pthread \
		$$(FAULTS_WRAPS) -o $$@ $$^ $$(RUNTIME_TEST_LIBS)

-include $(FAULTS_SOURCES:%.c=$(BUILD)/$(1)/%.d)
endef
$(foreach v,$(RUNTIME_VARIANTS),$(eval $(call runtime_faults_rule,$(v))))

# runtime/tests/mutants/run.sh builds with them.
export EXPLORE_PROGRAM
export RUNTIME_FLAGS_debug RUNTIME_FLAGS_asan RUNTIME_TEST_LIBS

FAULTS_PROGRAMS := $(foreach v,$(FAULTS_VARIANTS),$(call runtime_faults,$(v)))
export FAULTS_PROGRAMS

.PHONY: test-runtime faults-runtime mutants-runtime
test-runtime: $(foreach v,$(RUNTIME_VARIANTS),$(call runtime_tests,$(v))) \
		$(FAULTS_PROGRAMS) $(EXPLORE_PROGRAM)
	@runtime/tests/run.sh $(filter-out $(FAULTS_PROGRAMS) \
		$(EXPLORE_PROGRAM),$^)

# Every call of the runtime fails, with every error, each driver, each variant.
faults-runtime: $(foreach v,$(RUNTIME_VARIANTS),$(call runtime_faults,$(v)))
	@runtime/tests/faults/run.sh $^

# Breaks one line of the runtime at a time; each break must be noticed.
mutants-runtime: $(foreach v,debug asan,$(call runtime_tests,$(v)))
	@runtime/tests/mutants/run.sh
