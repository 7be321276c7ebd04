# SPDX-License-Identifier: BSD-2-Clause
# What the module does when cards, readers and the service fail it.

card_tests += tests/fault-sweep tests/module-hotplug

tests_fault_sweep_SOURCES = tests/fault-sweep.c tests/fault-sweep.h tests/fault-sweep-steps.c
tests_fault_sweep_CPPFLAGS = $(harness_cppflags)
tests_fault_sweep_LDADD = $(harness_libs)

tests_module_hotplug_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_hotplug_LDADD = $(harness_libs) $(PCSC_LIBS)
