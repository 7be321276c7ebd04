# The tests: the fast suite is TESTS (make check).
include tests/objects.mk
include tests/module.mk
include tests/sim-card.mk
include tests/bench.mk
include tests/sim-doors.mk
include tests/life.mk
include tests/faults.mk
include tests/pair.mk
