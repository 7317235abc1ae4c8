# The reference: what the public headers say, as one page.

REFERENCE = $(PYTHON) -B runtime/reference/reference.py \
	'$(BUILD)/reference/reference.md'

.PHONY: test-reference
test-reference:
	@$(PYTHON) -B -m pytest -q -p no:cacheprovider runtime/reference
