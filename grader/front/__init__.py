"""The front door: what stands behind the targets of the Makefile."""
