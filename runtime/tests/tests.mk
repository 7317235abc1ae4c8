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
		-Iruntime/tests/shim -DRT_KQUEUE $$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) -pthread \
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
	eventfd fcntl fdatasync fstat fsync ftruncate getaddrinfo getsockopt \
	listen mkdir mmap open opendir pipe2 poll posix_spawnp pread \
	pthread_create pwrite read recv recvfrom recvmsg remove rename \
	send sendmsg sendto setsockopt shutdown socket socketpair stat syscall \
	waitpid write rt_alloc rt_alloc_is_to_fail rt_free
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

# Programs that are no Check tests: the soak, and how much a runtime holds.
SOAK_SOURCES := $(wildcard runtime/tests/soak/*.c)
SOAK_SHARED := runtime/tests/soak/counted.c runtime/tests/kit.c \
	runtime/tests/kqueue_shim.c \
	$(wildcard runtime/tests/scenario*.c)
COUNTED_LDFLAGS := -Wl,--wrap=rt_alloc -Wl,--wrap=rt_free

# $(call soak_program,VARIANT,NAME): the path of one.
soak_program = $(BUILD)/$(1)/runtime/tests/soak/$(2)

define soak_rule
$(call soak_program,$(1),$(2)): $(BUILD)/$(1)/runtime/tests/soak/$(2).o \
		$(SOAK_SHARED:%.c=$(BUILD)/$(1)/%.o) \
		$(call RUNTIME_TEST_KQUEUE,$(1)) $(call runtime_library,$(1))
	$$(call say,ld,$$@)
	$$(Q)$$(CC) $$(RUNTIME_FLAGS_$(1)) $$(CFLAGS) $$(LDFLAGS) \
		$$(COUNTED_LDFLAGS) -pthread -o $$@ $$^ $$(RUNTIME_TEST_LIBS)
endef
$(foreach v,$(RUNTIME_VARIANTS),$(foreach p,soak scale,\
	$(eval $(call soak_rule,$(v),$(p)))))
$(foreach v,$(RUNTIME_VARIANTS),\
	$(eval -include $(SOAK_SOURCES:%.c=$(BUILD)/$(v)/%.d)))

# runtime/tests/mutants/run.sh builds with them.
export EXPLORE_PROGRAM
export RUNTIME_FLAGS_debug RUNTIME_FLAGS_asan RUNTIME_TEST_LIBS

FAULTS_PROGRAMS := $(foreach v,$(FAULTS_VARIANTS),$(call runtime_faults,$(v)))
# The short forms that run with the tests.
SHORT_SOAKS := $(foreach v,release asan,$(call soak_program,$(v),soak))
SHORT_SCALES := $(foreach v,release asan,$(call soak_program,$(v),scale))
export FAULTS_PROGRAMS SHORT_SOAKS SHORT_SCALES

.PHONY: test-runtime faults-runtime soak-runtime scale-runtime \
	valgrind-runtime mutants-runtime
test-runtime: $(foreach v,$(RUNTIME_VARIANTS),$(call runtime_tests,$(v))) \
		$(FAULTS_PROGRAMS) $(EXPLORE_PROGRAM) $(SHORT_SOAKS) $(SHORT_SCALES)
	@runtime/tests/run.sh $(filter %/runtime-tests,$^)

# Every call of the runtime fails, with every error, each driver, each variant.
faults-runtime: $(foreach v,$(RUNTIME_VARIANTS),$(call runtime_faults,$(v)))
	@runtime/tests/faults/run.sh $^

# The scenarios under many hostile seeds: make soak-runtime SEEDS=10000
soak-runtime: $(call soak_program,release,soak)
	@$< --seeds $(or $(SEEDS),10000)

# A million tasks that sleep, ten thousand connections that are idle.
scale-runtime: $(call soak_program,release,scale)
	@$<

valgrind-runtime: $(call runtime_tests,debug)
	@runtime/tests/valgrind.sh $<

# Breaks one line of the runtime at a time; each break must be noticed.
mutants-runtime: $(foreach v,debug asan,$(call runtime_tests,$(v)))
	@runtime/tests/mutants/run.sh
