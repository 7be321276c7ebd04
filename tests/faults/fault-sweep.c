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
#include "tests/faults/steps.h"

#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/module/harness.h"

#define QUICK_SCENARIO "sign-auth"
#define QUICK_STRIDE 9	  /* of the points, another one with each fault */
#define SPREAD 37	  /* so that faults that are alike are not tried at the same calls */
#define POINT_SECONDS 300 /* no point takes this long, unless it hangs */
#define POINTS_MAX 4096
#define REFUSED_PINS_KB 16 /* what the module remembers of them when it ends */

/* The codes that a fault may bring about, beside CKR_OK. */
enum code {
	DEVICE_ERROR = 1 << 0,
	REMOVED = 1 << 1, /* each call's word for a token that is not there (any more) */
	NOT_LOGGED_IN = 1 << 2,
	PIN_WRONG = 1 << 3,
	PIN_LOCKED = 1 << 4,
	PIN_INVALID = 1 << 5,
	NO_MECHANISM = 1 << 6,
	HANDLE_GONE = 1 << 7, /* of a key or object: its login has ended */
	NO_MEMORY = 1 << 8,
};

static const struct {
	CK_RV rv;
	unsigned int code;
} codes[] = {
	{CKR_DEVICE_ERROR, DEVICE_ERROR},      {CKR_USER_NOT_LOGGED_IN, NOT_LOGGED_IN},
	{CKR_PIN_INCORRECT, PIN_WRONG},	       {CKR_PIN_LOCKED, PIN_LOCKED},
	{CKR_PIN_INVALID, PIN_INVALID},	       {CKR_MECHANISM_INVALID, NO_MECHANISM},
	{CKR_KEY_HANDLE_INVALID, HANDLE_GONE}, {CKR_OBJECT_HANDLE_INVALID, HANDLE_GONE},
	{CKR_HOST_MEMORY, NO_MEMORY},
};

enum effect {
	UNNOTICED, /* no step fails */
	HICCUP,	   /* the step that was struck may fail; session and login go on */
	DEPARTURE, /* sessions end: card, reader or service are gone, or seem to be */
	LASTING,   /* steps may fail until the fault is over; session and login go on */
	LIE,	   /* the card answers what is not so: one step may fail, the login may end */
};

enum struck_calls { ALL_CALLS, TRANSMITS, OTHER_CALLS, CARD_CALLS };

#define PIN_CODES (PIN_WRONG | PIN_LOCKED | PIN_INVALID)
#define SW_CODES                                                                                   \
	(DEVICE_ERROR | REMOVED | NOT_LOGGED_IN | PIN_WRONG | PIN_LOCKED | PIN_INVALID |           \
	 NO_MECHANISM | HANDLE_GONE)

/* `kind` and `options` are the simulator's words for it: KIND@CALL:NUMBER[OPTIONS]. */
static const struct fault {
	const char *name, *kind, *options;
	enum effect effect;
	enum struck_calls calls;
	unsigned int allowed;
} faults[] = {
	{"card-removed", "card-removed", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"card-removed-during", "card-removed", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"card-swapped", "card-swapped", ":" OTHER_CARD, DEPARTURE, ALL_CALLS, REMOVED},
	{"card-swapped-during", "card-swapped", ":" OTHER_CARD ":during", DEPARTURE, ALL_CALLS,
	 REMOVED},
	{"slept", "slept", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"slept-swapped", "slept", ":" OTHER_CARD ":after", DEPARTURE, CARD_CALLS,
	 REMOVED | DEVICE_ERROR | NOT_LOGGED_IN | HANDLE_GONE},
	{"line-dead", "line-dead", "", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"line-dead-after", "line-dead", ":after", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"card-reset", "card-reset", "", UNNOTICED, ALL_CALLS, 0},
	{"card-reset-after", "card-reset", ":after", UNNOTICED, ALL_CALLS, 0},
	{"reset-ends", "reset-ends", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"app-selected", "app-selected", "", UNNOTICED, ALL_CALLS, 0},
	{"app-selected-after", "app-selected", ":after", UNNOTICED, ALL_CALLS, 0},
	{"reader-gone", "reader-gone", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"reader-gone-during", "reader-gone", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"service-stopped", "service-stopped", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"service-stopped-during", "service-stopped", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"comm-error", "comm-error", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"comm-error-during", "comm-error", ":during", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"connection-lost", "comm-error", "", DEPARTURE, OTHER_CALLS, REMOVED},
	{"connection-lost-during", "comm-error", ":during", DEPARTURE, OTHER_CALLS, REMOVED},
	{"sharing-violation", "sharing-violation", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"sharing-violation-during", "sharing-violation", ":during", HICCUP, TRANSMITS,
	 DEVICE_ERROR},
	{"timeout", "timeout", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"timeout-during", "timeout", ":during", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"no-memory", "error", ":SCARD_E_NO_MEMORY", HICCUP, ALL_CALLS, DEVICE_ERROR | NO_MEMORY},
	{"unresponsive", "error", ":SCARD_W_UNRESPONSIVE_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"unpowered", "error", ":SCARD_W_UNPOWERED_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"reset-reported", "error", ":SCARD_W_RESET_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"removed-reported", "error", ":SCARD_W_REMOVED_CARD", DEPARTURE, ALL_CALLS, REMOVED},
	{"invalid-handle", "error", ":SCARD_E_INVALID_HANDLE", DEPARTURE, ALL_CALLS, REMOVED},
	{"invalid-value", "error", ":SCARD_E_INVALID_VALUE", DEPARTURE, ALL_CALLS,
	 REMOVED | DEVICE_ERROR},
	{"comm-errors", "comm-error", "+", LASTING, TRANSMITS, DEVICE_ERROR},
	{"comm-errors-during", "comm-error", "+:during", LASTING, TRANSMITS, DEVICE_ERROR},
	{"sharing-violations", "sharing-violation", "+", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"timeouts", "timeout", "+", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"truncated-to-0", "truncated", ":0", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"truncated-to-1", "truncated", ":1", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"truncated-to-2", "truncated", ":2", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"oversized-258", "oversized", ":258", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"oversized-300", "oversized", ":300", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"sw-random", "sw", "", LIE, TRANSMITS, SW_CODES},
	{"sw-random-during", "sw", ":during", LIE, TRANSMITS, SW_CODES},
	{"sw-6982", "sw", ":6982", LIE, TRANSMITS, SW_CODES},
	{"sw-63C0", "sw", ":63C0", LIE, TRANSMITS, SW_CODES},
	{"sw-63C1", "sw", ":63C1", LIE, TRANSMITS, SW_CODES},
	{"sw-6A82", "sw", ":6A82", LIE, TRANSMITS, SW_CODES},
	{"sw-6A86", "sw", ":6A86", LIE, TRANSMITS, SW_CODES},
	{"sw-6D00", "sw", ":6D00", LIE, TRANSMITS, SW_CODES},
	/* Refusals that a card may have for a short id, a key, a PIN. */
	{"sw-6700", "sw", ":6700", LIE, TRANSMITS, SW_CODES},
	{"sw-6981", "sw", ":6981", LIE, TRANSMITS, SW_CODES},
	{"sw-6983", "sw", ":6983", LIE, TRANSMITS, SW_CODES},
	{"sw-6984", "sw", ":6984", LIE, TRANSMITS, SW_CODES},
	{"sw-6985", "sw", ":6985", LIE, TRANSMITS, SW_CODES},
	{"sw-6986", "sw", ":6986", LIE, TRANSMITS, SW_CODES},
	{"sw-6A80", "sw", ":6A80", LIE, TRANSMITS, SW_CODES},
	{"sw-6A88", "sw", ":6A88", LIE, TRANSMITS, SW_CODES},
	/* Words of other people's cards. */
	{"sw-6A81", "sw", ":6A81", LIE, TRANSMITS, SW_CODES},
	{"sw-6300", "sw", ":6300", LIE, TRANSMITS, SW_CODES},
	{"sw-6882", "sw", ":6882", LIE, TRANSMITS, SW_CODES},
	{"sw-6999", "sw", ":6999", LIE, TRANSMITS, SW_CODES},
	{"sw-9100", "sw", ":9100", LIE, TRANSMITS, SW_CODES},
	{"sw-6581-during", "sw", ":6581:during", LIE, TRANSMITS, SW_CODES},
	{"sw-63C3", "sw", ":63C3", LIE, TRANSMITS, SW_CODES},
	{"sw-9000", "sw", ":9000", LIE, TRANSMITS, SW_CODES},
	{"sw-6F00", "sw", ":6F00", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"sw-6F00-during", "sw", ":6F00:during", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"61xx", "61xx", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"6cxx", "6cxx", "", HICCUP, TRANSMITS, DEVICE_ERROR},
};
#define FAULTS (sizeof faults / sizeof faults[0])

/* What the simulator says of the reader and of what was sent, after each step. */
struct glance {
	char card[32]; /* empty: none */
	bool plugged, running, transaction, powered;
	bool open[SLOTS];
	unsigned int tries[SLOTS];
	int connections, contexts;
	unsigned long verify[SLOTS], change[SLOTS];
	unsigned long strays; /* PINs sent to anything that is not a PIN of this application */
};

/* Shared between the process that is swept and the one that watches over it. */
struct progress {
	char point[256];
	size_t next; /* of the points of this pair */
	size_t total;
	size_t failed; /* points */
};

/* One scenario with one fault. */
struct sweep {
	const struct scenario *scenario;
	const struct fault *fault;
	const char *call; /* only this one; NULL: all */
	unsigned long number;
	size_t stride;	      /* only every so manieth point */
	size_t shift;	      /* which ones */
	size_t due;	      /* of the pair at hand */
	const char *switches; /* of the card, NULL: none */
	const char *struck;   /* the call of the point at hand */
	json_t *calls;	      /* how often the scenario makes each, with nothing wrong */
	struct progress *progress;
	struct run run;
	struct glance before, now;
	bool gone[SLOTS];	 /* the session's end was reported */
	bool change_lost[SLOTS]; /* whether the PIN was changed is not known */
	bool over;		 /* the fault is */
	bool failed;		 /* this point */
	unsigned int failures;	 /* steps of this point that did not answer CKR_OK */
	unsigned int aftermaths;
};

static const char *const place_names[SLOTS] = {"auth", "sign"};

static bool
has_switch(const struct sweep *w, const char *pair)
{
	return w->switches && strstr(w->switches, pair);
}

/*
 * A card that says 9000 and does nothing is believed, since nothing it could be asked tells:
 * it is only to do no lasting harm.
 */
static bool
is_believed(const struct sweep *w)
{
	return strcmp(w->fault->name, "sw-9000") == 0;
}

/* A point fails once, with what went wrong first. */
static void
complain(struct sweep *w, const char *step, const char *what, CK_RV rv)
{
	if (w->failed || (is_believed(w) && !w->over))
		return;
	w->failed = true;
	w->progress->failed++;
	printf("not ok %s: %s: %s", w->progress->point, step, what);
	if (rv != CKR_OK)
		printf(" 0x%lx", rv);
	printf("\n");
	(void)fflush(stdout);
}

static void
read_pin(struct glance *g, json_t *reader, int slot)
{
	json_t *pin = json_object_get(json_object_get(reader, "pins"), place_names[slot]);

	g->open[slot] = json_is_true(json_object_get(pin, "open"));
	g->tries[slot] = (unsigned int)json_integer_value(json_object_get(pin, "tries"));
}

static void
read_counts(struct glance *g)
{
	json_t *counts = harness_sim_ask("count", NULL), *value;
	const char *name;

	json_object_foreach(json_object_get(counts, "by_name"), name, value)
	{
		unsigned long n = (unsigned long)json_integer_value(value);
		int slot = strstr(name, "sign PIN") ? SIGN : AUTH;
		bool known = strstr(name, "auth PIN") || slot == SIGN;

		if (strncmp(name, "VERIFY", 6) != 0 && strncmp(name, "CHANGE", 6) != 0)
			continue;
		if (!known)
			g->strays += n;
		else if (name[0] == 'V')
			g->verify[slot] += n;
		else
			g->change[slot] += n;
	}
	json_decref(counts);
}

static void
look(struct glance *g)
{
	json_t *status = harness_sim_ask("status", NULL);
	json_t *reader = json_array_get(json_object_get(status, "readers"), 0);
	json_t *pcsc = json_object_get(status, "pcsc");
	const char *card = json_string_value(json_object_get(reader, "card"));

	*g = (struct glance){
		.plugged = json_is_true(json_object_get(reader, "plugged")),
		.transaction = json_is_true(json_object_get(reader, "transaction")),
		.powered = json_is_true(json_object_get(reader, "powered")),
		.connections = (int)json_integer_value(json_object_get(reader, "connections")),
		.contexts = (int)json_integer_value(json_object_get(pcsc, "contexts")),
	};
	g->running = strcmp(json_string_value(json_object_get(pcsc, "service")), "running") == 0;
	(void)snprintf(g->card, sizeof g->card, "%s", card ? card : "");
	for (int slot = 0; slot < SLOTS; slot++)
		read_pin(g, reader, slot);
	read_counts(g);
	json_decref(status);
}

/* VERIFYs that the other person's card got since the trace was last taken. */
static unsigned long
verifies_on_other_card(void)
{
	json_t *reply = harness_sim_ask("trace", NULL), *line;
	bool other = false;
	unsigned long count = 0;
	size_t i;

	json_array_foreach(json_object_get(reply, "lines"), i, line)
	{
		const char *text = json_string_value(line);

		if (strstr(text, "-- inserted "))
			other = strstr(text, OTHER_CARD) != NULL;
		count += other && strstr(text, "> VERIFY") != NULL;
	}
	json_decref(reply);
	return count;
}

/* There is no connection then that was kept, and would show that the card was there all the time.
 */
static bool
loses_connection(const struct sweep *w)
{
	return w->fault->effect == LASTING || strcmp(w->fault->kind, "slept") == 0 ||
	       (w->struck &&
		(strcmp(w->struck, "connect") == 0 || strcmp(w->struck, "reconnect") == 0));
}

/*
 * A card whose certificates take the PIN cannot be compared, so what leaves room for a swap ends
 * its login (SAFETY.md): sleep, and a lost connection.
 */
static bool
leaves_room_for_a_swap(const struct sweep *w)
{
	return has_switch(w, "auth-certificate=pin-needed") && loses_connection(w);
}

/* An answer of the length of a certificate's head, where the card refuses to read it, is one. */
static bool
is_false_head(const struct sweep *w)
{
	return has_switch(w, "auth-certificate=pin-needed") &&
	       strcmp(w->fault->kind, "oversized") == 0;
}

static enum effect
effect_of(const struct sweep *w)
{
	if (is_false_head(w))
		return LIE;
	return leaves_room_for_a_swap(w) ? DEPARTURE : w->fault->effect;
}

static unsigned int
allowed_of(const struct sweep *w)
{
	if (is_false_head(w))
		return SW_CODES;
	return w->fault->allowed | (leaves_room_for_a_swap(w) ? REMOVED | DEVICE_ERROR : 0);
}

static bool
is_swap(const struct fault *fault)
{
	return strstr(fault->options, OTHER_CARD) != NULL;
}

/*
 * A card that writes a try off before it compares, and is taken away in between, has lost one for
 * the right PIN, which this process then takes for wrong until the counter is full again.
 */
static bool
is_torn_at_pin(const struct sweep *w)
{
	return has_switch(w, "counter-written=before-comparison") &&
	       strcmp(w->struck, "transmit") == 0 && effect_of(w) == DEPARTURE &&
	       strstr(w->fault->options, ":during");
}

static unsigned int
tries_gone(const struct sweep *w, int slot)
{
	return (slot == SIGN ? 5 : 3) - w->now.tries[slot];
}

/* No PIN twice in one call, none to what is no PIN, none to a card it was not typed for. */
static void
check_pins(struct sweep *w, const char *step)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		unsigned int spent = w->run.at[slot].spent + is_torn_at_pin(w);

		if (w->now.verify[slot] > w->before.verify[slot] + 1)
			complain(w, step, "a PIN was sent twice", CKR_OK);
		if (w->now.change[slot] > w->before.change[slot] + 1)
			complain(w, step, "a new PIN was sent twice", CKR_OK);
		if (w->now.card[0] && tries_gone(w, slot) > spent && !is_believed(w))
			complain(w, step, "a try is gone that the user did not spend", CKR_OK);
	}
	if (w->now.strays > w->before.strays)
		complain(w, step, "a PIN went to another application or file", CKR_OK);
}

/* Nothing is left open, begun or connected. */
static void
check_card(struct sweep *w, const char *step)
{
	const struct glance *g = &w->now;
	bool anybody = w->run.at[AUTH].logged_in || w->run.at[SIGN].logged_in;

	if (g->running && g->plugged && g->card[0] && g->powered &&
	    (g->open[AUTH] || g->open[SIGN]))
		complain(w, step, "the card is left open", CKR_OK);
	if (g->transaction)
		complain(w, step, "a transaction is left begun", CKR_OK);
	if (g->connections > (anybody ? 1 : 0))
		complain(w, step, "a connection is left, though nobody is logged in", CKR_OK);
	if (is_swap(w->fault) && verifies_on_other_card() > 0 && !w->run.at[AUTH].any_card &&
	    !w->run.at[SIGN].any_card)
		complain(w, step, "a PIN was sent to another person's card", CKR_OK);
}

/* After the call that reports the end of a session, it stays at that. */
static bool
is_session_code_right(struct sweep *w, const struct step *step, CK_RV rv)
{
	bool *gone = &w->gone[step->slot];
	bool right = *gone ? rv == CKR_SESSION_HANDLE_INVALID
			   : rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID;

	*gone = true;
	w->run.at[step->slot].logged_in = false;
	/* Without a look at the readers, a session may be opened on what was there before. */
	return right && (allowed_of(w) & REMOVED || w->run.reinserted);
}

/* Before the first look at the readers worked, there are none. */
static bool
is_look_at_readers(const char *call)
{
	return strcmp(call, "establish") == 0 || strcmp(call, "listreaders") == 0 ||
	       strcmp(call, "statuschange") == 0;
}

/* Who typed no PIN is not to be told that it was wrong. */
static bool
is_pin_typed(const struct step *step)
{
	return strncmp(step->action->name, "login", 5) == 0 ||
	       strcmp(step->action->name, "change_pin") == 0;
}

static bool
is_code_allowed(struct sweep *w, const struct step *step, CK_RV rv)
{
	bool departed = rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID;

	if (step->action->subject == STEP_LOOKS)
		return false;
	if (rv == CKR_PIN_INCORRECT && is_pin_typed(step) && is_torn_at_pin(w))
		return tries_gone(w, step->slot) > w->run.at[step->slot].spent;
	if (step->action->subject == STEP_SLOT && rv == CKR_TOKEN_NOT_PRESENT)
		return allowed_of(w) & REMOVED || is_look_at_readers(w->struck);
	if (step->action->subject == STEP_SESSION && (departed || w->gone[step->slot]))
		return is_session_code_right(w, step, rv);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].rv == rv)
			return (allowed_of(w) & codes[i].code) &&
			       (!(codes[i].code & PIN_CODES) || is_pin_typed(step));
	return false;
}

/* A change whose outcome was lost, and the old PIN is not right any more: it was the new one. */
static bool
is_change_found_out(struct sweep *w, const struct step *step, CK_RV rv)
{
	struct place *at = &w->run.at[step->slot];

	if (rv != CKR_PIN_INCORRECT || !w->change_lost[step->slot])
		return false;
	w->change_lost[step->slot] = false;
	at->spent++;
	at->pin = at->new_pin;
	at->new_pin = NULL;
	return true;
}

static void
judge(struct sweep *w, const struct step *step, CK_RV rv)
{
	const char *name = step->action->name;

	if (rv != CKR_OK && rv != STEP_SKIPPED && !is_change_found_out(w, step, rv)) {
		w->failures++;
		if (rv == CKR_USER_NOT_LOGGED_IN)
			w->run.at[step->slot].logged_in = false;
		if (!is_code_allowed(w, step, rv))
			complain(w, name, "answered", rv);
		if (effect_of(w) == HICCUP && w->failures > 1)
			complain(w, name, "fails too, though the fault is over:", rv);
	}
	if (w->run.complaint)
		complain(w, name, w->run.complaint, CKR_OK);
	w->run.complaint = NULL;
}

static void
do_step(struct sweep *w, const struct step *step)
{
	bool opens = strcmp(step->action->name, "open_session") == 0;
	CK_RV rv;

	w->before = w->now;
	rv = step->action->run(&w->run, step->slot);
	look(&w->now);
	/* Swapped while it was opened: it may be on either card. */
	if (opens && rv == CKR_OK)
		w->run.at[step->slot].any_card = strcmp(w->now.card, OTHER_CARD) == 0;
	if (opens && rv == CKR_OK)
		w->gone[step->slot] = false;
	judge(w, step, rv);
	check_pins(w, step->action->name);
	check_card(w, step->action->name);
	if (strcmp(step->action->name, "change_pin") == 0)
		w->change_lost[step->slot] = w->run.at[step->slot].new_pin != NULL;
}

/* The fault is over: card, reader and service as they were. */
static void
restore(struct sweep *w)
{
	harness_sim("clear", NULL);
	w->over = true;
	look(&w->now);
	if (!w->now.running)
		harness_sim("service", "start", NULL);
	if (!w->now.plugged)
		harness_sim("plug", NULL);
	if (strcmp(w->now.card, CARD) != 0)
		harness_sim(w->now.card[0] ? "swap" : "insert", CARD, NULL);
}

/* A card that lied about what it is may be taken for another until it is taken out. */
static void
reinsert(void)
{
	harness_sim("remove", NULL);
	harness_sim("insert", CARD, NULL);
}

/* As another program does that gives the right PINs. */
static void
fill_counters(void)
{
	harness_sim("tries", CARD, "auth", "3", NULL);
	harness_sim("tries", CARD, "sign", "5", NULL);
}

static void
check_old_login(struct sweep *w, int slot)
{
	struct place *at = &w->run.at[slot];
	CK_RV rv;

	if (!at->logged_in || at->key == CK_INVALID_HANDLE || at->new_pin || w->gone[slot])
		return;
	rv = run_sign(&w->run, slot);
	if (rv != CKR_OK &&
	    (effect_of(w) == HICCUP || effect_of(w) == LASTING || effect_of(w) == UNNOTICED))
		complain(w, "then, with the same login", "answered", rv);
	else if (rv != CKR_OK && !is_code_allowed(w, &w->scenario->steps[0], rv) &&
		 rv != CKR_DEVICE_REMOVED && rv != CKR_SESSION_HANDLE_INVALID)
		complain(w, "then, with the login of before", "answered", rv);
}

static void
check_anew(struct sweep *w, int slot)
{
	CK_RV rv;

	w->run.at[slot].any_card = false;
	if (is_torn_at_pin(w))
		fill_counters();
	rv = run_settle_pin(&w->run, slot);
	if (rv != CKR_OK && effect_of(w) == LIE) {
		reinsert();
		rv = run_settle_pin(&w->run, slot);
	}
	if (rv != CKR_OK)
		complain(w, "then, when all is well again", "answered", rv);
	(void)w->run.f->C_CloseAllSessions((CK_SLOT_ID)slot);
	w->run.at[slot].open = w->run.at[slot].logged_in = false;
}

static bool
is_used(const struct scenario *scenario, int slot)
{
	for (const struct step *s = scenario->steps; s->action; s++)
		if (s->slot == slot)
			return true;
	return false;
}

static void
check_aftermath(struct sweep *w)
{
	look(&w->before);
	for (int slot = 0; slot < SLOTS; slot++)
		check_old_login(w, slot);
	for (int slot = 0; slot < SLOTS; slot++)
		if (is_used(w->scenario, slot) || w->aftermaths++ % 4 == 0)
			check_anew(w, slot);
	if (w->run.complaint)
		complain(w, "then", w->run.complaint, CKR_OK);
	w->run.complaint = NULL;
	if (w->run.f->C_Finalize(NULL) != CKR_OK)
		complain(w, "C_Finalize", "failed", CKR_OK);
	look(&w->now);
	w->before = w->now; /* there may have been many PINs since */
	check_pins(w, "in the end");
	check_card(w, "in the end");
	if (w->now.contexts != 0)
		complain(w, "C_Finalize", "left a connection to the service", CKR_OK);
}

static void
start_run(struct sweep *w)
{
	struct place kept[SLOTS];

	memcpy(kept, w->run.at, sizeof kept);
	w->run = (struct run){.f = w->run.f, .no_pss = has_switch(w, "pss=off")};
	for (int slot = 0; slot < SLOTS; slot++) {
		w->run.at[slot].public_key = kept[slot].public_key;
		w->run.at[slot].pin = slot == SIGN ? PIN_SIGN : PIN_AUTH;
	}
	memset(w->gone, 0, sizeof w->gone);
	memset(w->change_lost, 0, sizeof w->change_lost);
	w->failed = w->over = false;
	w->failures = 0;
	look(&w->now);
	if (w->now.tries[AUTH] != 3 || w->now.tries[SIGN] != 5)
		fill_counters();
	if (is_swap(w->fault)) {
		harness_card(OTHER_CARD);
		harness_card(CARD);
		(void)verifies_on_other_card();
	}
}

static void
run_steps(struct sweep *w)
{
	if (w->run.f->C_Initialize(NULL) != CKR_OK)
		complain(w, "C_Initialize", "failed", CKR_OK);
	for (const struct step *s = w->scenario->steps; s->action; s++)
		do_step(w, s);
}

/* By the words that repeat it: `where` is the fault and the call, empty for the scenario itself. */
static void
name_point(struct sweep *w, const char *where)
{
	(void)snprintf(w->progress->point, sizeof w->progress->point, "%s%s%s%s%s",
		       w->switches ? "--with " : "", w->switches ? w->switches : "",
		       w->switches ? " " : "", w->scenario->name, where);
}

static json_t *
count_calls(struct sweep *w)
{
	json_t *calls;

	start_run(w);
	json_decref(harness_sim_ask("calls", "reset", NULL));
	run_steps(w);
	calls = harness_sim_ask("calls", NULL);
	restore(w);
	check_aftermath(w);
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
	const struct fault *fault = w->fault;
	json_t *calls;

	name_point(w, "");
	w->fault = &none;
	w->struck = "none";
	json_decref(count_calls(w));
	calls = count_calls(w);
	w->fault = fault;
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
	char order[128];

	(void)snprintf(order, sizeof order, " %s %s %lu", w->fault->name, call, number);
	name_point(w, order);
	(void)snprintf(order, sizeof order, "%s@%s:%lu%s", w->fault->kind, call, number,
		       w->fault->options);
	(void)alarm(POINT_SECONDS);
	w->progress->total++;
	w->struck = call;
	start_run(w);
	if (w->call)
		json_decref(harness_sim_ask("trace", NULL));
	harness_sim("fault", order, NULL);
	harness_has_slept = strcmp(w->fault->kind, "slept") == 0 ? harness_fault_struck : NULL;
	run_steps(w);
	harness_has_slept = NULL;
	if (!harness_fault_struck())
		complain(w, "the fault", "did not strike", CKR_OK);
	restore(w);
	check_aftermath(w);
	if (w->call)
		print_trace();
	(void)alarm(0);
}

static bool
is_struck(const struct sweep *w, const char *call)
{
	bool transmit = strcmp(call, "transmit") == 0;

	if (w->call && strcmp(call, w->call) != 0)
		return false;
	if (w->fault->calls == ALL_CALLS)
		return true;
	if (w->fault->calls == CARD_CALLS)
		return !is_look_at_readers(call);
	return (w->fault->calls == TRANSMITS) == transmit;
}

struct resources {
	size_t heap, locked, files;
};

static struct resources
count_resources(void)
{
	struct resources r = {.heap = mallinfo2().uordblks};
	FILE *status = fopen("/proc/self/status", "re");
	DIR *files = opendir("/proc/self/fd");
	char line[256];

	while (status && fgets(line, sizeof line, status))
		(void)sscanf(line, "VmLck: %zu", &r.locked);
	if (status)
		(void)fclose(status);
	while (files && readdir(files))
		r.files++;
	if (files)
		(void)closedir(files);
	return r;
}

/* There in a build with -fsanitize=address only. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* What each point leaves behind would add up over the points of a pair. */
static void
check_resources(struct sweep *w, struct resources before, size_t points)
{
	struct resources now = count_resources();
	char where[64];

	(void)snprintf(where, sizeof where, " %s", w->fault->name);
	name_point(w, where);
	w->failed = false;
	if (now.heap > before.heap + points * 64)
		complain(w, "memory", "grows", now.heap - before.heap);
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
		complain(w, "memory", "leaks", CKR_OK);
	if (now.locked > before.locked + REFUSED_PINS_KB)
		complain(w, "locked memory", "grows", now.locked - before.locked);
	if (now.files > before.files)
		complain(w, "open files", "grow", now.files - before.files);
}

/* Whether the point numbered `at` of its pair is still to be tried, and is among the wanted. */
static bool
is_due(const struct sweep *w, size_t at, unsigned long number)
{
	return at >= w->progress->next && (!w->number || number == w->number) &&
	       (at + w->shift) % w->stride == (size_t)(w->fault - faults) * SPREAD % w->stride;
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

		if (!is_struck(w, call))
			continue;
		for (unsigned long n = 1; n <= total; n++, at++) {
			if (!is_due(w, at, n))
				continue;
			w->progress->next = at + 1;
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

	json_decref(run_without_fault(w));
	(void)verifies_on_other_card(); /* the biggest of the answers that room is kept for */
	before = count_resources();
	check_resources(w, before, each_due_point(w, run_point));
}

/* Public keys to verify with, before any fault. */
static void
learn_public_keys(struct sweep *w)
{
	p11_start(w->run.f);
	for (int slot = 0; slot < SLOTS; slot++) {
		w->run.at[slot].pin = slot == SIGN ? PIN_SIGN : PIN_AUTH;
		if (run_sign_anew(&w->run, slot) != CKR_OK)
			exit(99);
		w->run.at[slot].public_key = run_public_key(&w->run, slot);
		w->run.at[slot].open = w->run.at[slot].logged_in = false;
	}
	p11_stop(w->run.f);
}

/* One process for a pair, and another one after each that dies. */
static void
watch_pair(struct sweep *w)
{
	size_t next;
	int status;
	pid_t child;

	w->due = w->progress->next = 0;
	(void)each_due_point(w, count_point);
	if (w->due == 0)
		return;
	w->progress->next = 0;
	do {
		next = w->progress->next;
		child = fork();
		if (child == 0) {
			sweep_pair(w);
			(void)fflush(stdout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child)
			exit(99);
		if (status != 0) {
			printf("not ok %s: %s\n", w->progress->point,
			       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ended");
			(void)fflush(stdout);
			w->progress->failed++;
			restore(w);
		}
	} while (status != 0 && w->progress->next > next);
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
	size_t failed = w->progress->failed, total = w->progress->total;

	w->calls = run_without_fault(w);
	if (w->progress->failed > failed)
		return w->progress->failed - failed;
	for (size_t i = 0; i < FAULTS; i++) {
		if (!is_wanted(faults[i].name, fault))
			continue;
		w->fault = &faults[i];
		/* "Phones in one reader" (SAFETY.md): nothing tells one from the other. */
		if (!is_swap(w->fault) || !leaves_room_for_a_swap(w))
			watch_pair(w);
	}
	json_decref(w->calls);
	if (!fault && w->progress->total == total) {
		name_point(w, "");
		complain(w, "all", "no point was tried", CKR_OK);
	}
	failed = w->progress->failed - failed;
	if (failed == 0 && w->progress->total > total)
		printf("ok %s: %zu faults\n", w->scenario->name, w->progress->total - total);
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
	w->progress = mmap(NULL, sizeof *w->progress, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->progress == MAP_FAILED)
		return 99;
	w->run.f = harness_module("jpki-pkcs11");
	if (w->switches)
		set_switches(w->switches);
	learn_public_keys(w);
	/* The other card is made once, not at the first swap. */
	harness_sim("swap", OTHER_CARD, NULL);
	harness_sim("swap", CARD, NULL);
	for (w->scenario = scenarios; w->scenario->name; w->scenario++)
		if (is_wanted(w->scenario->name, scenario))
			(void)sweep_scenario(w, fault);
	for (int slot = 0; slot < SLOTS; slot++)
		EVP_PKEY_free(w->run.at[slot].public_key);
	printf("# %zu fault points tried, %zu failed\n", w->progress->total, w->progress->failed);
	return w->progress->failed > 0 || w->progress->total == 0;
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
			w->switches = argv[i + 1];
		else if (strcmp(argv[i], "--every") == 0)
			w->stride = strtoul(argv[i + 1], NULL, 10);
		else
			return 0;
	}
	w->shift = w->switches ? shift_of(w->switches) : 0;
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
	/* So that memory that was given back does not count as used: see count_resources. */
	(void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	harness_start(argc, argv, "--reader", "Reader=" CARD, NULL);
	(void)setvbuf(stdout, out, _IOLBF, sizeof out);
	if (argc > first)
		scenario = strcmp(argv[first], "all") == 0 ? NULL : argv[first];
	w.call = argc > first + 3 ? argv[first + 2] : NULL;
	w.number = w.call ? strtoul(argv[first + 3], NULL, 10) : 0;
	return sweep(&w, scenario, argc > first + 1 ? argv[first + 1] : NULL);
}
