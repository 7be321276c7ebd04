/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One fault at one PC/SC call of what programs do, for every fault, every call and every
 * scenario: the module must answer with a sensible code, spend no try of its own, send no PIN
 * twice or to another card, leave the card logged out, and work again when the fault is over.
 *
 *	fault-sweep                         a quick part, for make check
 *	fault-sweep --scenarios             their names
 *	fault-sweep [--with NAME=VALUE[,NAME=VALUE...]] [--every N] all
 *	fault-sweep [--with ...] [--every N] SCENARIO [FAULT [CALL NUMBER]]
 *
 * --with: on a card with these switches; --every: of the points one in N, others with other
 * switches. A point is named by the words that repeat it: "sign-auth card-removed transmit 3".
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/judge.h"
#include "tests/faults/resources.h"
#include "tests/module/harness.h"

#define QUICK_SCENARIO "sign-auth"
#define QUICK_STRIDE 9	  /* of the points, another one with each fault */
#define SPREAD 37	  /* so that faults that are alike are not tried at the same calls */
#define POINT_SECONDS 300 /* no point takes this long, unless it hangs */

/* The points of one scenario and one fault after another. */
struct sweep {
	struct trial trial;   /* the one at hand */
	const char *call;     /* only this one; NULL: all */
	unsigned long number; /* and of it only this; 0: all */
	size_t stride;	      /* only every so manieth point */
	size_t shift;	      /* which ones */
	size_t due;	      /* of the pair at hand */
	json_t *calls;	      /* how often the scenario makes each, with nothing wrong */
};

/* By the words that repeat it: `where` is the fault and the call, empty for the scenario itself. */
static void
name_point(const struct sweep *w, const char *where)
{
	const struct trial *t = &w->trial;
	struct progress *p = t->progress;

	(void)snprintf(p->point, sizeof p->point, "%s%s%s%s%s", t->switches ? "--with " : "",
		       t->switches ? t->switches : "", t->switches ? " " : "", t->scenario->name,
		       where);
}

static json_t *
count_calls(struct trial *t)
{
	json_t *calls;

	trial_start(t);
	json_decref(harness_sim_ask("calls", "reset", NULL));
	trial_run(t);
	calls = harness_sim_ask("calls", NULL);
	trial_restore(t);
	trial_end(t);
	return calls;
}

/*
 * The scenario with nothing wrong, which must work; how often it makes each PC/SC call. The second
 * time counts: at the first the card may just have got power, which the points do not find it with.
 */
static json_t *
run_without_fault(struct sweep *w)
{
	static const struct fault none = {"none", "none", "", UNNOTICED, ALL_CALLS, 0};
	const struct fault *fault = w->trial.fault;
	json_t *calls;

	name_point(w, "");
	w->trial.fault = &none;
	w->trial.struck = "none";
	json_decref(count_calls(&w->trial));
	calls = count_calls(&w->trial);
	w->trial.fault = fault;
	return calls;
}

static void
print_trace(void)
{
	json_t *reply = harness_sim_ask("trace", NULL), *line;
	size_t i;

	json_array_foreach(json_object_get(reply, "lines"), i, line)
		printf("# %s\n", json_string_value(line));
	json_decref(reply);
}

static void
run_point(struct sweep *w, const char *call, unsigned long number)
{
	struct trial *t = &w->trial;
	char order[128];

	(void)snprintf(order, sizeof order, " %s %s %lu", t->fault->name, call, number);
	name_point(w, order);
	(void)snprintf(order, sizeof order, "%s@%s:%lu%s", t->fault->kind, call, number,
		       t->fault->options);
	(void)alarm(POINT_SECONDS);
	t->progress->total++;
	t->struck = call;
	trial_start(t);
	if (w->call)
		json_decref(harness_sim_ask("trace", NULL));
	harness_sim("fault", order, NULL);
	harness_has_slept = strcmp(t->fault->kind, "slept") == 0 ? harness_fault_struck : NULL;
	trial_run(t);
	harness_has_slept = NULL;
	if (!harness_fault_struck())
		judge_complain(t, "the fault", "did not strike", CKR_OK);
	trial_restore(t);
	trial_end(t);
	if (w->call)
		print_trace();
	(void)alarm(0);
}

/* Whether the point numbered `at` of its pair is still to be tried, and is among the wanted. */
static bool
is_due(const struct sweep *w, size_t at, unsigned long number)
{
	return at >= w->trial.progress->next && (!w->number || number == w->number) &&
	       (at + w->shift) % w->stride ==
		       (size_t)(w->trial.fault - faults) * SPREAD % w->stride;
}

/* Calls `visit` for each point of a pair that is due; how many the pair has. */
static size_t
each_due_point(struct sweep *w, void (*visit)(struct sweep *w, const char *call, unsigned long n))
{
	const char *call;
	json_t *count;
	size_t at = 0;

	json_object_foreach(json_object_get(w->calls, "by_call"), call, count)
	{
		unsigned long total = (unsigned long)json_integer_value(count);

		if ((w->call && strcmp(call, w->call) != 0) || !fault_strikes(w->trial.fault, call))
			continue;
		for (unsigned long n = 1; n <= total; n++, at++) {
			if (!is_due(w, at, n))
				continue;
			w->trial.progress->next = at + 1;
			visit(w, call, n);
		}
	}
	return at;
}

static void
count_point(struct sweep *w, const char *call, unsigned long number)
{
	(void)call;
	(void)number;
	w->due++;
}

/* All points of a pair from progress->next on, in a process of their own. */
static void
sweep_pair(struct sweep *w)
{
	struct resources before;
	char where[64];
	size_t points;

	json_decref(run_without_fault(w));
	(void)glance_other_verifies(); /* the biggest of the answers that room is kept for */
	before = resources_count();
	points = each_due_point(w, run_point);
	(void)snprintf(where, sizeof where, " %s", w->trial.fault->name);
	name_point(w, where);
	w->trial.failed = false;
	resources_check(&w->trial, before, points);
}

/* Public keys to verify with, before any fault. */
static void
learn_public_keys(struct run *r)
{
	p11_start(r->f);
	for (int slot = 0; slot < SLOTS; slot++) {
		r->at[slot].pin = slot == SIGN ? PIN_SIGN : PIN_AUTH;
		if (run_sign_anew(r, slot) != CKR_OK)
			exit(99);
		r->at[slot].public_key = run_public_key(r, slot);
		r->at[slot].open = r->at[slot].logged_in = false;
	}
	p11_stop(r->f);
}

/* One process for a pair, and another one after each that dies. */
static void
watch_pair(struct sweep *w)
{
	struct progress *p = w->trial.progress;
	size_t next;
	int status;
	pid_t child;

	w->due = p->next = 0;
	(void)each_due_point(w, count_point);
	if (w->due == 0)
		return;
	p->next = 0;
	do {
		next = p->next;
		child = fork();
		if (child == 0) {
			sweep_pair(w);
			(void)fflush(stdout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child)
			exit(99);
		if (status != 0) {
			printf("not ok %s: %s\n", p->point,
			       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ended");
			(void)fflush(stdout);
			p->failed++;
			trial_restore(&w->trial);
		}
	} while (status != 0 && p->next > next);
}

static bool
is_wanted(const char *name, const char *pattern)
{
	return !pattern || strcmp(name, pattern) == 0;
}

/* Of one scenario; the number of points that failed. */
static size_t
sweep_scenario(struct sweep *w, const char *fault)
{
	struct trial *t = &w->trial;
	struct progress *p = t->progress;
	size_t failed = p->failed, total = p->total;

	w->calls = run_without_fault(w);
	if (p->failed > failed)
		return p->failed - failed;
	for (const struct fault *f = faults; f->name; f++) {
		if (!is_wanted(f->name, fault))
			continue;
		t->fault = f;
		/* "Phones in one reader" (SAFETY.md): nothing tells one from the other. */
		if (!fault_is_swap(f) || !judge_leaves_room_for_a_swap(t))
			watch_pair(w);
	}
	json_decref(w->calls);
	if (!fault && p->total == total) {
		name_point(w, "");
		judge_complain(t, "all", "no point was tried", CKR_OK);
	}
	failed = p->failed - failed;
	if (failed == 0 && p->total > total)
		printf("ok %s: %zu faults\n", t->scenario->name, p->total - total);
	(void)fflush(stdout);
	return failed;
}

/* A card of another behaviour, from now on. */
static void
set_switches(const char *switches)
{
	char *copy = strdup(switches), *rest = copy, *pair, *value;

	while ((pair = strsep(&rest, ",")) != NULL) {
		value = strchr(pair, '=');
		if (!value)
			exit(99);
		*value++ = '\0';
		harness_sim("set", CARD, pair, value, NULL);
	}
	free(copy);
	harness_card(CARD);
}

/* Which points of all: others on each card. */
static size_t
shift_of(const char *switches)
{
	size_t shift = 0;

	while (*switches)
		shift = shift * 31 + (unsigned char)*switches++;
	return shift % 10007;
}

static int
sweep(struct sweep *w, const char *scenario, const char *fault)
{
	struct trial *t = &w->trial;
	t->progress = mmap(NULL, sizeof *t->progress, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t->progress == MAP_FAILED)
		return 99;
	t->run.f = harness_module("jpki-pkcs11");
	if (t->switches)
		set_switches(t->switches);
	learn_public_keys(&t->run);
	/* The other card is made once, not at the first swap. */
	harness_sim("swap", OTHER_CARD, NULL);
	harness_sim("swap", CARD, NULL);
	for (t->scenario = scenarios; t->scenario->name; t->scenario++)
		if (is_wanted(t->scenario->name, scenario))
			(void)sweep_scenario(w, fault);
	for (int slot = 0; slot < SLOTS; slot++)
		EVP_PKEY_free(t->run.at[slot].public_key);
	printf("# %zu fault points tried, %zu failed\n", t->progress->total, t->progress->failed);
	return t->progress->failed > 0 || t->progress->total == 0;
}

/* The options at the front of the arguments; how many words they take, or 0 when they are wrong. */
static int
take_options(struct sweep *w, char *argv[])
{
	int i = 1;

	for (; argv[i] && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (!argv[i + 1])
			return 0;
		if (strcmp(argv[i], "--with") == 0)
			w->trial.switches = argv[i + 1];
		else if (strcmp(argv[i], "--every") == 0)
			w->stride = strtoul(argv[i + 1], NULL, 10);
		else
			return 0;
	}
	w->shift = w->trial.switches ? shift_of(w->trial.switches) : 0;
	return w->stride > 0 ? i : 0;
}

static int
list_scenarios(void)
{
	for (const struct scenario *s = scenarios; s->name; s++)
		puts(s->name);
	return 0;
}

int
main(int argc, char *argv[])
{
	static char out[4096]; /* lest the first line printed look like a leak */
	struct sweep w = {.stride = argc > 1 ? 1 : QUICK_STRIDE};
	const char *scenario = QUICK_SCENARIO;
	int first;

	if (argc > 1 && strcmp(argv[1], "--scenarios") == 0)
		return list_scenarios();
	first = take_options(&w, argv);
	if (first == 0 || argc > first + 4)
		return 99;
	/* So that memory that was given back does not count as used: see resources_count. */
	(void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	harness_start(argc, argv, "--reader", "Reader=" CARD, NULL);
	(void)setvbuf(stdout, out, _IOLBF, sizeof out);
	if (argc > first)
		scenario = strcmp(argv[first], "all") == 0 ? NULL : argv[first];
	w.call = argc > first + 3 ? argv[first + 2] : NULL;
	w.number = w.call ? strtoul(argv[first + 3], NULL, 10) : 0;
	return sweep(&w, scenario, argc > first + 1 ? argv[first + 1] : NULL);
}
