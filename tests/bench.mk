# SPDX-License-Identifier: BSD-2-Clause
# What the module costs: held to the budget by a test, and printed by "make bench".

if HAVE_CMOCKA
check_PROGRAMS += tests/module-budget
TESTS += tests/module-budget
tests_module_budget_SOURCES = tests/module-budget.c tests/bench-steps.c tests/bench-steps.h
tests_module_budget_CPPFLAGS = $(harness_cppflags) -I$(top_srcdir)/tests
tests_module_budget_LDADD = $(harness_libs)
endif
