# The tests: the fast suite is TESTS (make check).
include tests/objects.mk
