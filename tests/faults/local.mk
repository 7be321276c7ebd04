# SPDX-License-Identifier: BSD-2-Clause
# What the module does when cards, readers and the service fail it.

card_tests += tests/faults/fault-sweep

tests_faults_fault_sweep_SOURCES = tests/faults/fault-sweep.c tests/faults/faults.c tests/faults/faults.h \
	tests/faults/glance.c tests/faults/glance.h tests/faults/judge.c tests/faults/judge.h \
	tests/faults/resources.c tests/faults/resources.h tests/faults/steps.c tests/faults/steps.h \
	tests/faults/trial.c tests/faults/trial.h
tests_faults_fault_sweep_CPPFLAGS = $(harness_cppflags)
tests_faults_fault_sweep_LDADD = $(harness_libs)
