/* SPDX-License-Identifier: BSD-2-Clause */
/* SCardGetStatusChange: what has become of readers since the caller looked last. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sim/standin/link.h"

#define PNP_READER "\\\\?PnP?\\Notification"

struct watch {
	struct link *link;
	uint32_t generation;
	struct wire_reader readers[WIRE_READERS];
	unsigned int count; /* readers at the first look, for the PnP pseudo reader */
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const struct wire_reader *
find_reader(const struct watch *watch, const char *name)
{
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (watch->readers[i].name[0] && strcmp(watch->readers[i].name, name) == 0)
			return &watch->readers[i];
	return NULL;
}

static unsigned int
count_readers(const struct watch *watch)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < WIRE_READERS; i++)
		count += watch->readers[i].name[0] != '\0';
	return count;
}

/* Asks for the table of readers; `wait` in ms until it is another than the last one. */
static LONG
look(struct watch *watch, bool first, uint32_t wait)
{
	struct question question = {.request = {.call = WIRE_STATUS_CHANGE,
						.flags = first ? 0 : WIRE_AGAIN,
						.arg = {first ? 0 : 1, watch->generation, wait}},
				    .out = watch->readers,
				    .room = sizeof watch->readers};
	LONG rv = link_ask(watch->link, &question);

	watch->generation = question.reply.value[0];
	return rv;
}

/* What the state of a reader is, in the bits that an application compares; none is mute here. */
static DWORD
event_bits(const struct wire_reader *reader)
{
	DWORD bits = reader->state & SCARD_PRESENT ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;

	if (reader->sharing == -1)
		bits |= SCARD_STATE_EXCLUSIVE;
	else if (reader->sharing > 0 && (reader->state & SCARD_PRESENT))
		bits |= SCARD_STATE_INUSE;
	return bits;
}

/*
 * Whether `is` differs from `was` in a way that pcsc-lite tells about. It does not report a
 * reader that came into use, only one that is not in use any longer or not in that way.
 */
static bool
bits_changed(DWORD was, DWORD is)
{
	if ((was & SCARD_STATE_PRESENT) && (is & SCARD_STATE_EMPTY))
		return true;
	if ((was & SCARD_STATE_EMPTY) && (is & SCARD_STATE_PRESENT))
		return true;
	if (was & SCARD_STATE_UNAVAILABLE)
		return true;
	if ((is & SCARD_STATE_PRESENT) && (was & SCARD_STATE_MUTE))
		return true;
	if ((was & SCARD_STATE_INUSE) && !(is & SCARD_STATE_INUSE) && (is & SCARD_STATE_EXCLUSIVE))
		return true;
	if ((was & SCARD_STATE_EXCLUSIVE) && (is & SCARD_STATE_INUSE))
		return true;
	return false;
}

static bool
compare_known(SCARD_READERSTATE *state, const struct wire_reader *reader)
{
	DWORD was = state->dwCurrentState;
	DWORD is = event_bits(reader);
	bool changed = was == SCARD_STATE_UNAWARE || bits_changed(was, is);

	if (was & SCARD_STATE_UNKNOWN)
		changed = true; /* the reader has come back */
	if ((was & 0xFFFF0000) != 0 && ((was >> 16) & 0xFFFF) != reader->event_counter)
		changed = true;
	/* The reader is free again: told for one that was in use, card or no card. */
	if (reader->sharing == 0 && (was & (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)) != 0)
		changed = true;
	state->dwEventState = is | (DWORD)reader->event_counter << 16;
	if (changed)
		state->dwEventState |= SCARD_STATE_CHANGED;
	state->cbAtr = 0;
	if (reader->state & SCARD_PRESENT) {
		state->cbAtr = reader->atr_len < sizeof state->rgbAtr ? reader->atr_len
								      : sizeof state->rgbAtr;
		memcpy(state->rgbAtr, reader->atr, state->cbAtr);
	}
	return changed;
}

static bool
compare_pnp(struct watch *watch, SCARD_READERSTATE *state)
{
	unsigned int count = count_readers(watch);

	if (count == watch->count)
		return false;
	watch->count = count;
	state->dwEventState |= SCARD_STATE_CHANGED;
	return true;
}

/* Fills dwEventState of one reader; true if the call is to return for it. */
static bool
compare(struct watch *watch, SCARD_READERSTATE *state)
{
	const struct wire_reader *reader;

	if (state->dwCurrentState & SCARD_STATE_IGNORE)
		return false;
	reader = find_reader(watch, state->szReader);
	if (reader)
		return compare_known(state, reader);
	if (strcasecmp(state->szReader, PNP_READER) == 0)
		return compare_pnp(watch, state);
	state->dwEventState = SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE;
	if (state->dwCurrentState & SCARD_STATE_UNKNOWN)
		return false;
	state->dwEventState |= SCARD_STATE_CHANGED;
	return true;
}

static bool
all_known(const struct watch *watch, const SCARD_READERSTATE *states, DWORD count)
{
	for (DWORD i = 0; i < count; i++)
		if (!find_reader(watch, states[i].szReader) &&
		    strcasecmp(states[i].szReader, PNP_READER) != 0)
			return false;
	return true;
}

static LONG
watch_until(struct watch *watch, SCARD_READERSTATE *states, DWORD count, DWORD timeout)
{
	bool forever = (uint32_t)timeout == WIRE_WAIT_FOREVER;
	uint64_t end = now_ms() + (forever ? 0 : timeout);
	LONG rv;

	for (;;) {
		uint64_t now = now_ms();
		uint32_t wait = forever ? WIRE_WAIT_FOREVER : now < end ? (uint32_t)(end - now) : 0;
		bool changed = false;

		for (DWORD i = 0; i < count; i++)
			changed |= compare(watch, &states[i]);
		if (changed)
			return SCARD_S_SUCCESS;
		if (!forever && now >= end)
			return SCARD_E_TIMEOUT;
		rv = look(watch, false, wait);
		if (rv != SCARD_S_SUCCESS)
			return rv;
	}
}

EXPORT LONG
SCardGetStatusChange(SCARDCONTEXT hContext, DWORD dwTimeout, SCARD_READERSTATE *rgReaderStates,
		     DWORD cReaders)
{
	struct watch watch = {0};
	bool any = false;
	LONG rv;

	if ((!rgReaderStates && cReaders > 0) || cReaders > WIRE_READERS)
		return SCARD_E_INVALID_PARAMETER;
	for (DWORD i = 0; i < cReaders; i++) {
		if (!rgReaderStates[i].szReader)
			return SCARD_E_INVALID_VALUE;
		any |= !(rgReaderStates[i].dwCurrentState & SCARD_STATE_IGNORE);
	}
	if (!any)
		return SCARD_S_SUCCESS; /* as pcsc-lite, for an empty list too */
	watch.link = link_lock_context(hContext);
	if (!watch.link)
		return SCARD_E_INVALID_HANDLE;
	rv = look(&watch, true, 0);
	if (rv == SCARD_S_SUCCESS && !all_known(&watch, rgReaderStates, cReaders))
		rv = SCARD_E_UNKNOWN_READER;
	if (rv == SCARD_S_SUCCESS) {
		for (DWORD i = 0; i < cReaders; i++)
			rgReaderStates[i].dwEventState = 0;
		watch.count = count_readers(&watch);
		rv = watch_until(&watch, rgReaderStates, cReaders, dwTimeout);
	}
	link_unlock(watch.link);
	return rv;
}
