/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* A program that resets the card again and again is not waited for for ever. */
#define BEGIN_TRIES 4

/* The two clocks are not read in the same moment; nobody changes a card in a tenth of a second. */
#define SLEEP_MIN_MS 100

/* A processor without idle states sleeps to idle while both clocks go on: only that nobody spoke
 * with the card meanwhile can be told then. */
#define QUIET_MAX_MS 30000

struct link {
	struct pcsc_context context;
	struct pcsc_card card;
	bool connected;
	uint64_t insertion; /* of the transaction under way */
	bool was_reset;
	bool is_new, unseen;
	int64_t slept_ms; /* see sleep_ms, when the last transaction began */
	int64_t ended_ms; /* clock_boot_ms, when it ended */
	char reader[PCSC_READER_NAME_MAX];
};

/* How long the machine has slept since it was started. */
static int64_t
sleep_ms(void)
{
	const int64_t awake = clock_now_ms();

	return clock_boot_ms() - awake;
}

struct link *
link_new(struct pcsc_service *service, const char *reader)
{
	struct link *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	pcsc_init(&l->context, service);
	l->slept_ms = sleep_ms();
	strncpy(l->reader, reader, sizeof l->reader - 1);
	return l;
}

/*
 * The one way to give up a connection. One that cannot be ended by itself ends with its context.
 * False if the power was to be taken and may not have been.
 */
static bool
give_up(struct link *l, bool power_off)
{
	bool done = !l->connected || pcsc_disconnect(&l->card, power_off) == RESULT_OK;

	l->connected = false;
	if (!done)
		pcsc_close(&l->context);
	return done || !power_off;
}

void
link_drop(struct link *l)
{
	(void)give_up(l, false);
}

void
link_free(struct link *l)
{
	if (!l)
		return;
	link_drop(l);
	pcsc_close(&l->context);
	free(l);
}

const char *
link_reader(const struct link *l)
{
	return l->reader;
}

static bool
may_pass(enum result r)
{
	return r == RESULT_BUSY || r == RESULT_TRANSPORT || r == RESULT_NO_MEMORY;
}

/*
 * After a failed call: what can no longer be used is dropped. What may pass (another program
 * holds the reader, a communication error) leaves a kept connection, which proves that the card
 * is still the same.
 */
static enum result
failed(struct link *l, enum result r)
{
	if (!may_pass(r))
		link_drop(l);
	if (r == RESULT_NO_SERVICE)
		pcsc_close(&l->context);
	return r;
}

static enum result
connect_reader(struct link *l)
{
	enum result r = pcsc_open(&l->context);

	if (r == RESULT_OK)
		r = pcsc_connect(&l->context, l->reader, &l->card);
	l->connected = r == RESULT_OK;
	return r == RESULT_OK ? r : failed(l, r);
}

/* Connects; a context that died while nothing was connected is replaced once. */
static enum result
ensure_connected(struct link *l)
{
	bool was_open = l->context.open;
	enum result r;

	if (l->connected)
		return RESULT_OK;
	r = connect_reader(l);
	if (r == RESULT_NO_SERVICE && was_open)
		r = connect_reader(l);
	return r;
}

static enum result
begin_once(struct link *l)
{
	enum result r = ensure_connected(l);

	if (r != RESULT_OK)
		return r == RESULT_RESET ? RESULT_TRANSPORT : r; /* a card without power stays so */
	r = pcsc_begin(&l->card);
	if (r == RESULT_RESET) {
		/*
		 * Connecting anew gives the card power where another program took it;
		 * SCardReconnect does not. It is still the same card: another would not be called
		 * reset, and the count of insertions is looked at besides.
		 */
		link_drop(l);
	} else if (r == RESULT_TRANSPORT) {
		/* Who knows whether it has begun: it must not stay so. */
		(void)link_end(l, true, false);
	}
	return r;
}

uint64_t
link_insertion(struct pcsc_service *service, uint16_t counter)
{
	/* The lowest bit keeps it from being 0. */
	return (uint64_t)atomic_load(&service->restarts) << 32 | (uint64_t)counter << 1 | 1;
}

static enum result
read_insertion(struct link *l, uint64_t *insertion)
{
	struct pcsc_state state = {0};
	enum result r;

	memcpy(state.name, l->reader, sizeof state.name);
	r = pcsc_status(&l->context, &state, 1);
	if (r == RESULT_RESET)
		r = RESULT_TRANSPORT; /* nonsense: the card was not asked */
	if (r == RESULT_OK && !state.card)
		r = RESULT_CARD_CHANGED;
	*insertion = l->insertion = link_insertion(l->context.service, state.counter);
	return r;
}

/* A card that was taken out while it worked looks like a bad line until pcscd is asked. */
static enum result
explain_transport_error(struct link *l)
{
	const uint64_t before = l->insertion;
	uint64_t now;
	enum result r = read_insertion(l, &now);

	if (r == RESULT_CARD_CHANGED || r == RESULT_NO_READER || (r == RESULT_OK && now != before))
		return RESULT_CARD_CHANGED;
	return RESULT_TRANSPORT;
}

bool
link_has_slept(const struct link *l)
{
	return sleep_ms() > l->slept_ms + SLEEP_MIN_MS;
}

enum result
link_begin(struct link *l, uint64_t *insertion)
{
	const bool slept = link_has_slept(l);
	enum result r = RESULT_RESET;

	l->was_reset = false;
	l->unseen = slept || clock_boot_ms() > l->ended_ms + QUIET_MAX_MS;
	l->is_new = !l->connected || slept;
	l->slept_ms = sleep_ms();
	for (int i = 0; i < BEGIN_TRIES && r == RESULT_RESET; i++) {
		r = begin_once(l);
		l->was_reset |= r == RESULT_RESET;
	}
	if (r == RESULT_RESET)
		r = RESULT_TRANSPORT;
	if (r != RESULT_OK)
		return failed(l, r);
	r = read_insertion(l, insertion);
	if (r != RESULT_OK) {
		(void)link_end(l, true, false);
		return failed(l, r);
	}
	return RESULT_OK;
}

bool
link_is_new(const struct link *l)
{
	return l->is_new;
}

bool
link_was_unseen(const struct link *l)
{
	return l->unseen;
}

bool
link_was_reset(const struct link *l)
{
	return l->was_reset;
}

enum result
link_transmit(struct link *l, const uint8_t *command, size_t command_len, uint8_t *response,
	      size_t *response_len)
{
	enum result r = pcsc_transmit(&l->card, command, command_len, response, response_len);

	return r == RESULT_TRANSPORT ? explain_transport_error(l) : r;
}

enum result
link_resume(struct link *l)
{
	return pcsc_reconnect(&l->card);
}

enum result
link_reset(struct link *l, bool power_off)
{
	return pcsc_reset(&l->card, power_off);
}

unsigned int
link_protocol(const struct link *l)
{
	return l->card.protocol == PCSC_T0 ? 0 : 1;
}

/*
 * A transaction that cannot be ended would keep all other programs from the card until our next
 * contact, so the connection ends with it; power may yet be taken then.
 */
bool
link_end(struct link *l, bool keep, bool power_off)
{
	enum result r = pcsc_end(&l->card, power_off);
	bool done = true;

	l->ended_ms = clock_boot_ms();
	if (r != RESULT_OK) {
		done = give_up(l, power_off);
		keep = keep && done && l->context.open && (may_pass(r) || r == RESULT_RESET);
		if (keep)
			(void)ensure_connected(l); /* at once: no card is changed that fast */
	}
	if (!keep)
		link_drop(l);
	return done;
}
