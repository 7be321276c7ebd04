# SPDX-License-Identifier: BSD-2-Clause
# What the module does when cards, readers and the service fail it.

card_tests += tests/faults/fault-sweep tests/module/hotplug

tests_faults_fault_sweep_SOURCES = tests/faults/fault-sweep.c tests/faults/fault-sweep.h tests/faults/fault-sweep-steps.c
tests_faults_fault_sweep_CPPFLAGS = $(harness_cppflags)
tests_faults_fault_sweep_LDADD = $(harness_libs)

tests_module_hotplug_CPPFLAGS = $(harness_cppflags) $(PCSC_CFLAGS)
tests_module_hotplug_LDADD = $(harness_libs) $(PCSC_LIBS)
