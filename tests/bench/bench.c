/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what the module costs. bench.sh runs it over the simulated card, twice:
 *
 *	bench exchanges MODULE [OTHER-MODULE]	the table of exchanges, step by step
 *	bench time MODULE DOOR			a line with the time of a signature
 *
 * Status 1: something did not work; how fast it was never decides that.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/control/client.h"
#include "tests/bench/minimal.h"
#include "tests/bench/steps.h"

#define SIGNATURES 50
#define WARM_UP 5
#define RATIO_TARGET 1.10
#define RATIO_TEXT "1.10"

/* What a measurement in a process of its own tells the one that prints. */
struct outcome {
	CK_RV rv;
	bool loaded;
	unsigned long exchanges;
	char failed[64];
};

static CK_FUNCTION_LIST *
load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CK_FUNCTION_LIST *list = NULL;
	CK_C_GetFunctionList get = NULL;

	if (library)
		*(void **)(void *)&get = dlsym(library, "C_GetFunctionList");
	if (!get || get(&list) != CKR_OK)
		return NULL;
	return list;
}

/* The simulator obeys, or there is nothing to measure. */
static json_t *
ask(struct control_client *sim, const char *word, const char *argument)
{
	char *error = NULL;
	json_t *reply = control_client_ask(sim, &error, word, argument, NULL);

	if (!reply) {
		(void)fprintf(stderr, "bench: simulator: %s\n", error ? error : "gone");
		exit(1);
	}
	return reply;
}

static struct control_client *
open_simulator(void)
{
	char *error = NULL;
	struct control_client *sim = control_client_open(NULL, &error);

	if (!sim) {
		(void)fprintf(stderr, "bench: simulator: %s\n", error ? error : "none");
		exit(1);
	}
	return sim;
}

static unsigned long
count_exchanges(struct control_client *sim)
{
	json_t *reply = ask(sim, "count", NULL);
	unsigned long total = (unsigned long)json_integer_value(json_object_get(reply, "total"));

	json_decref(reply);
	return total;
}

/* In a process of its own. */
static struct outcome
measure_step(const struct bench_step *step, const char *module)
{
	const struct bench_call *failed = NULL;
	struct bench_p11 p = {.f = load(module)};
	struct outcome o = {.loaded = p.f != NULL};
	struct control_client *sim;
	unsigned long start;

	if (!p.f)
		return o;
	sim = open_simulator();
	json_decref(ask(sim, "swap", "adult"));
	o.rv = bench_run_calls(&p, step->before, &failed);
	start = count_exchanges(sim);
	if (o.rv == CKR_OK)
		o.rv = bench_run_calls(&p, step->counted, &failed);
	o.exchanges = count_exchanges(sim) - start;
	if (o.rv != CKR_OK)
		(void)snprintf(o.failed, sizeof o.failed, "%s", failed->name);
	(void)p.f->C_Finalize(NULL);
	control_client_free(sim);
	return o;
}

/*
 * Each step is the first thing that a process does with a card that was just put in: no module
 * profits from what was learnt before.
 */
static struct outcome
measure_apart(const struct bench_step *step, const char *module)
{
	struct outcome o = {.rv = CKR_GENERAL_ERROR, .loaded = true, .failed = "the process"};
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		return o;
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		o = measure_step(step, module);
		_exit(write(ends[1], &o, sizeof o) == (ssize_t)sizeof o ? 0 : 1);
	}
	(void)close(ends[1]);
	if (child > 0) {
		struct outcome said;

		if (read(ends[0], &said, sizeof said) == (ssize_t)sizeof said)
			o = said;
		(void)waitpid(child, NULL, 0);
	}
	(void)close(ends[0]);
	return o;
}

static bool
report_failure(const struct bench_step *step, const char *module, const struct outcome *o)
{
	if (!o->loaded)
		(void)fprintf(stderr, "bench: cannot load %s\n", module);
	else if (o->rv != CKR_OK)
		(void)fprintf(stderr, "bench: %s: %s: %s failed with 0x%08lx\n", module, step->name,
			      o->failed, o->rv);
	return o->loaded && o->rv == CKR_OK;
}

static void
print_other(const struct outcome *ours, const struct outcome *other)
{
	if (other->loaded && other->rv == CKR_OK)
		(void)printf(" %9lu", other->exchanges);
	else
		(void)printf(" %9s", "-");
	if (other->loaded && other->rv == CKR_OK && other->exchanges > 0)
		(void)printf(" %7.2f", (double)ours->exchanges / (double)other->exchanges);
	else
		(void)printf(" %7s", "-");
}

static bool
print_step(const struct bench_step *step, const char *module, const char *other)
{
	struct outcome ours = measure_apart(step, module), theirs = {0};
	bool ok = report_failure(step, module, &ours);

	(void)printf("%-52s %6u", step->name, step->budget);
	if (ok)
		(void)printf(" %6lu", ours.exchanges);
	else
		(void)printf(" %6s", "failed");
	if (other) {
		theirs = measure_apart(step, other);
		(void)report_failure(step, other, &theirs);
		print_other(&ours, &theirs);
	}
	(void)printf("%s\n", ok && ours.exchanges > step->budget ? "  over the budget" : "");
	return ok;
}

static int
print_exchanges(const char *module, const char *other)
{
	bool ok = true;

	(void)printf("%-52s %6s %6s", "Exchanges with the card", "budget", "ours");
	if (other)
		(void)printf(" %9s %7s", "OpenSC", "ratio");
	(void)printf("\n");
	for (size_t i = 0; i < bench_step_count; i++)
		ok &= print_step(&bench_steps[i], module, other);
	return ok ? 0 : 1;
}

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const double sorted[SIGNATURES])
{
	return (sorted[(SIGNATURES - 1) / 2] + sorted[SIGNATURES / 2]) / 2;
}

struct contest {
	struct control_client *sim;
	struct bench_p11 *module;
	struct bench_minimal *minimal;
};

/* One signature each way; its time. */
static bool
time_module(struct contest *c, double *ms)
{
	double start = now_ms();
	CK_RV rv = bench_sign_only(c->module);

	*ms = now_ms() - start;
	if (rv != CKR_OK)
		(void)fprintf(stderr, "bench: a signature failed with 0x%08lx\n", rv);
	return rv == CKR_OK;
}

static bool
time_minimal(struct contest *c, double *ms)
{
	uint8_t signature[256];
	double start = now_ms();
	bool ok = bench_minimal_sign(c->minimal, bench_input, signature);

	*ms = now_ms() - start;
	return ok;
}

enum { MODULE, MINIMAL, WAYS };
static bool (*const ways[WAYS])(struct contest *c, double *ms) = {
	[MODULE] = time_module,
	[MINIMAL] = time_minimal,
};

/* Both must cost the same exchanges, or their times say nothing. */
static bool
are_alike(struct contest *c)
{
	unsigned long exchanges[WAYS];
	double ms;

	for (int w = 0; w < WAYS; w++) {
		unsigned long start = count_exchanges(c->sim);

		if (!ways[w](c, &ms))
			return false;
		exchanges[w] = count_exchanges(c->sim) - start;
	}
	if (exchanges[MODULE] != exchanges[MINIMAL])
		(void)fprintf(stderr, "bench: %lu exchanges, the minimal program has %lu\n",
			      exchanges[MODULE], exchanges[MINIMAL]);
	return exchanges[MODULE] == exchanges[MINIMAL];
}

/* By turns, and in turn first, so that whatever else the machine does meets both. */
static bool
take_times(struct contest *c, double times[WAYS][SIGNATURES])
{
	for (int i = 0; i < WARM_UP; i++)
		if (!are_alike(c))
			return false;
	for (int i = 0; i < SIGNATURES; i++) {
		int first = i % WAYS, second = 1 - first;

		if (!ways[first](c, &times[first][i]) || !ways[second](c, &times[second][i]))
			return false;
	}
	return true;
}

static void
print_line(const char *what, double minimal, double ours, const char *rest)
{
	(void)printf("%-38s %7.3f ms %7.3f ms   %5.3f%s\n", what, minimal, ours, ours / minimal,
		     rest);
}

/* The fastest ones say what the programs cost where nothing came in between. */
static void
print_times(const char *door, double times[WAYS][SIGNATURES])
{
	double *ours = times[MODULE], *minimal = times[MINIMAL];
	bool over;

	qsort(ours, SIGNATURES, sizeof ours[0], compare);
	qsort(minimal, SIGNATURES, sizeof minimal[0], compare);
	over = median(ours) > RATIO_TARGET * median(minimal);
	print_line(door, median(minimal), median(ours),
		   over ? "    " RATIO_TEXT "  over the target" : "    " RATIO_TEXT);
	print_line("  fastest of these", minimal[0], ours[0], "");
}

static int
print_time(const char *module, const char *door)
{
	struct bench_p11 p = {.f = load(module)};
	struct contest c = {open_simulator(), &p, NULL};
	const struct bench_call *failed = NULL;
	double times[WAYS][SIGNATURES];
	bool ok = false;

	if (!p.f) {
		(void)fprintf(stderr, "bench: cannot load %s\n", module);
	} else if (bench_run_calls(&p, bench_ready_to_sign, &failed) != CKR_OK) {
		(void)fprintf(stderr, "bench: %s failed\n", failed->name);
	} else {
		c.minimal = bench_minimal_open();
		ok = c.minimal && take_times(&c, times);
	}
	if (ok)
		print_times(door, times);
	else
		(void)fprintf(stderr, "bench: no times through %s\n", door);
	bench_minimal_close(c.minimal);
	if (p.f)
		(void)p.f->C_Finalize(NULL);
	control_client_free(c.sim);
	return ok ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "exchanges") == 0)
		return print_exchanges(argv[2], argc == 4 ? argv[3] : NULL);
	if (argc == 4 && strcmp(argv[1], "time") == 0)
		return print_time(argv[2], argv[3]);
	(void)fprintf(stderr, "Usage: bench exchanges MODULE [OTHER-MODULE]\n"
			      "       bench time MODULE DOOR\n");
	return 2;
}
