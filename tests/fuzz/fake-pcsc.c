/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fake-pcsc.h"

#include <stdio.h>
#include <winscard.h>

#define CONTEXTS_MAX 8
#define CARDS_MAX 8
#define FAULT_FROM 0xe8 /* an input byte of at least this makes a call fail */

const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

struct connection {
	bool used;
	size_t context, reader;
	unsigned int stay; /* of the card that it is to */
	bool reset;	   /* the card was, and the program was not told yet */
};

static struct state {
	struct input *in;
	enum fake_weather weather;
	bool service;
	bool contexts[CONTEXTS_MAX];
	struct connection connections[CARDS_MAX];
	size_t readers;
	struct reader {
		bool plugged, card, begun;
		unsigned int stay;
		struct fake_card chip;
	} reader[GUARD_READERS];
	unsigned int signatures, tries_spent; /* of cards that left */
} now;

static const char *const names[GUARD_READERS] = FAKE_READER_NAMES;

/* Every code that the module tells apart, and some that it does not. */
static const LONG codes[] = {
	SCARD_E_NO_SERVICE,	      SCARD_E_SERVICE_STOPPED,
	SCARD_E_SERVER_TOO_BUSY,      SCARD_E_INVALID_HANDLE,
	SCARD_F_COMM_ERROR,	      SCARD_E_NO_MEMORY,
	SCARD_W_SECURITY_VIOLATION,   SCARD_E_NO_ACCESS,
	SCARD_E_UNKNOWN_READER,	      SCARD_E_READER_UNAVAILABLE,
	SCARD_E_NO_READERS_AVAILABLE, SCARD_E_NO_SMARTCARD,
	SCARD_W_REMOVED_CARD,	      SCARD_W_RESET_CARD,
	SCARD_W_UNPOWERED_CARD,	      SCARD_E_SHARING_VIOLATION,
	SCARD_E_NOT_TRANSACTED,	      SCARD_E_INVALID_VALUE,
	SCARD_E_INSUFFICIENT_BUFFER,  SCARD_E_PROTO_MISMATCH,
	SCARD_W_UNRESPONSIVE_CARD,    SCARD_E_TIMEOUT,
	SCARD_F_INTERNAL_ERROR,	      0x7fffffff,
};

/* SCARD_S_SUCCESS, or the code that this call is to fail with. */
static LONG
fault(void)
{
	uint8_t b;

	if (!now.service)
		return SCARD_E_NO_SERVICE;
	b = now.weather == FAKE_CALM ? 0 : input_byte(now.in);
	return b < FAULT_FROM ? SCARD_S_SUCCESS : codes[b - FAULT_FROM];
}

static void
insert(size_t r)
{
	struct reader *reader = &now.reader[r];

	now.signatures += reader->chip.signatures;
	now.tries_spent += reader->chip.tries_spent;
	fake_card_make(&reader->chip, input_byte(now.in) % FAKE_CARD_KINDS);
	reader->card = true;
	reader->stay++;
	guard_new_card(r);
}

void
fake_pcsc_start(struct input *in, enum fake_weather weather, size_t readers)
{
	guard_start();
	now = (struct state){.in = in, .weather = weather, .service = true, .readers = readers};
	for (size_t i = 0; i < readers; i++) {
		now.reader[i].plugged = true;
		insert(i);
	}
}

static void
drop(struct connection *c)
{
	/* What pcscd does when a program leaves a transaction: the card is reset. */
	if (c->used && now.reader[c->reader].begun && c->stay == now.reader[c->reader].stay) {
		guard_lost(c->reader);
		now.reader[c->reader].begun = false;
	}
	c->used = false;
}

static void
stop_service(void)
{
	for (size_t i = 0; i < CARDS_MAX; i++)
		drop(&now.connections[i]);
	memset(now.contexts, 0, sizeof now.contexts);
	now.service = false;
}

static void
reset(size_t r)
{
	for (size_t i = 0; i < CARDS_MAX; i++)
		if (now.connections[i].used && now.connections[i].reader == r)
			now.connections[i].reset = true;
}

void
fake_pcsc_happen(void)
{
	uint8_t what = input_byte(now.in);
	size_t r = now.readers ? (size_t)(what >> 4) % now.readers : 0;

	switch (what & 0x0f) {
	case 0:
		insert(r);
		break;
	case 1:
		if (now.reader[r].card)
			now.reader[r].stay++; /* removals count too */
		now.reader[r].card = false;
		break;
	case 2:
		now.reader[r].plugged = !now.reader[r].plugged;
		if (now.reader[r].plugged)
			insert(r);
		else
			now.reader[r].card = false;
		break;
	case 3:
		stop_service();
		break;
	case 4:
		now.service = true;
		break;
	case 5:
		reset(r);
		break;
	default:
		break;
	}
}

void
fake_pcsc_end(void)
{
	guard_call();
	for (size_t i = 0; i < CONTEXTS_MAX; i++)
		if (now.contexts[i])
			guard_fail("a context is left open after C_Finalize");
	for (size_t i = 0; i < CARDS_MAX; i++)
		if (now.connections[i].used)
			guard_fail("a connection is left open after C_Finalize");
}

unsigned int
fake_pcsc_signatures(void)
{
	unsigned int n = now.signatures;

	for (size_t i = 0; i < now.readers; i++)
		n += now.reader[i].chip.signatures;
	return n;
}

unsigned int
fake_pcsc_tries_spent(void)
{
	unsigned int n = now.tries_spent;

	for (size_t i = 0; i < now.readers; i++)
		n += now.reader[i].chip.tries_spent;
	return n;
}

static bool
context_is_open(SCARDCONTEXT c)
{
	return c >= 1 && c <= CONTEXTS_MAX && now.contexts[c - 1];
}

LONG
SCardEstablishContext(DWORD scope, LPCVOID r1, LPCVOID r2, LPSCARDCONTEXT context)
{
	LONG code = fault();

	(void)scope, (void)r1, (void)r2;
	for (int i = 0; code == SCARD_S_SUCCESS && i < CONTEXTS_MAX; i++)
		if (!now.contexts[i]) {
			now.contexts[i] = true;
			*context = i + 1;
			return SCARD_S_SUCCESS;
		}
	if (code == SCARD_S_SUCCESS)
		guard_fail("contexts are opened without end");
	return code;
}

LONG
SCardReleaseContext(SCARDCONTEXT context)
{
	if (!now.service)
		return SCARD_E_NO_SERVICE;
	if (!context_is_open(context))
		return SCARD_E_INVALID_HANDLE;
	now.contexts[context - 1] = false;
	for (size_t i = 0; i < CARDS_MAX; i++)
		if (now.connections[i].used && now.connections[i].context == (size_t)context)
			drop(&now.connections[i]);
	return fault();
}

/* Names that the input makes up: without an end, empty, without a NUL. */
static LONG
list_lies(LPSTR readers, LPDWORD len)
{
	size_t n = input_byte(now.in);

	n = n < *len ? n : *len;
	input_copy(now.in, (uint8_t *)readers, n);
	*len = input_byte(now.in) < 0x80 ? (DWORD)n : (DWORD)input_number(now.in);
	return SCARD_S_SUCCESS;
}

LONG
SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD len)
{
	LONG code = fault();
	DWORD room = *len, n = 0;

	(void)groups;
	if (code != SCARD_S_SUCCESS)
		return code;
	if (!context_is_open(context))
		return SCARD_E_INVALID_HANDLE;
	if (now.weather == FAKE_LIES && input_byte(now.in) > 0xf0)
		return list_lies(readers, len);
	for (size_t i = 0; i < now.readers; i++) {
		DWORD size = strlen(names[i]) + 1;

		if (!now.reader[i].plugged)
			continue;
		if (n + size + 1 > room)
			return SCARD_E_INSUFFICIENT_BUFFER;
		memcpy(readers + n, names[i], size);
		n += size;
	}
	if (n == 0)
		return SCARD_E_NO_READERS_AVAILABLE;
	readers[n++] = '\0';
	*len = n;
	return SCARD_S_SUCCESS;
}

static struct reader *
find_reader(const char *name, size_t *index)
{
	for (size_t i = 0; i < now.readers; i++)
		if (now.reader[i].plugged && strcmp(names[i], name) == 0) {
			*index = i;
			return &now.reader[i];
		}
	return NULL;
}

LONG
SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD count)
{
	LONG code = fault();
	size_t r;

	(void)timeout;
	if (code != SCARD_S_SUCCESS)
		return code;
	if (!context_is_open(context))
		return SCARD_E_INVALID_HANDLE;
	for (DWORD i = 0; i < count; i++) {
		const struct reader *reader = find_reader(states[i].szReader, &r);

		if (!reader && now.weather != FAKE_LIES)
			return SCARD_E_UNKNOWN_READER;
		states[i].dwEventState = SCARD_STATE_CHANGED;
		if (reader)
			states[i].dwEventState |=
				(reader->card ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY) |
				(DWORD)(reader->stay & 0xffff) << 16;
		if (now.weather == FAKE_LIES && input_byte(now.in) > 0xf8)
			states[i].dwEventState = input_number(now.in);
	}
	return SCARD_S_SUCCESS;
}

LONG
SCardConnect(SCARDCONTEXT context, LPCSTR name, DWORD mode, DWORD protocols, LPSCARDHANDLE card,
	     LPDWORD protocol)
{
	LONG code = fault();
	struct reader *reader;
	size_t r;

	if (mode != SCARD_SHARE_SHARED)
		guard_fail("a connection that shuts others out");
	if (code != SCARD_S_SUCCESS)
		return code;
	if (!context_is_open(context))
		return SCARD_E_INVALID_HANDLE;
	reader = find_reader(name, &r);
	if (!reader)
		return SCARD_E_UNKNOWN_READER;
	if (!reader->card)
		return SCARD_E_NO_SMARTCARD;
	for (int i = 0; i < CARDS_MAX; i++)
		if (!now.connections[i].used) {
			now.connections[i] = (struct connection){
				.used = true,
				.context = (size_t)context,
				.reader = r,
				.stay = reader->stay,
			};
			*card = i + 1;
			*protocol = protocols & SCARD_PROTOCOL_T1;
			return SCARD_S_SUCCESS;
		}
	guard_fail("connections are opened without end");
}

/* The connection behind a handle, and what is wrong with it. */
static LONG
find_connection(SCARDHANDLE card, struct connection **c)
{
	struct reader *reader;

	if (card < 1 || card > CARDS_MAX || !now.connections[card - 1].used)
		return SCARD_E_INVALID_HANDLE;
	*c = &now.connections[card - 1];
	reader = &now.reader[(*c)->reader];
	if (!reader->plugged)
		return SCARD_E_READER_UNAVAILABLE;
	if (!reader->card || reader->stay != (*c)->stay)
		return SCARD_W_REMOVED_CARD;
	return (*c)->reset ? SCARD_W_RESET_CARD : SCARD_S_SUCCESS;
}

LONG
SCardReconnect(SCARDHANDLE card, DWORD mode, DWORD protocols, DWORD initialization,
	       LPDWORD protocol)
{
	struct connection *c;
	LONG code = fault();

	(void)initialization;
	if (mode != SCARD_SHARE_SHARED)
		guard_fail("a connection that shuts others out");
	if (code != SCARD_S_SUCCESS)
		return code;
	code = find_connection(card, &c);
	if (code != SCARD_S_SUCCESS && code != SCARD_W_RESET_CARD)
		return code;
	c->reset = false;
	*protocol = protocols & SCARD_PROTOCOL_T1;
	return SCARD_S_SUCCESS;
}

static void
end_transaction(struct connection *c, DWORD disposition, bool done)
{
	struct reader *reader = &now.reader[c->reader];
	const bool power_off = disposition == SCARD_UNPOWER_CARD;

	if (disposition != SCARD_LEAVE_CARD && !power_off)
		guard_fail("a card is left in a way that resets it");
	if (reader->begun || power_off)
		guard_end(c->reader, power_off, done);
	reader->begun = false;
	if (power_off && done)
		fake_card_power_off(&reader->chip);
}

LONG
SCardDisconnect(SCARDHANDLE card, DWORD disposition)
{
	struct connection *c;
	LONG code = find_connection(card, &c), failed;

	if (code == SCARD_E_INVALID_HANDLE)
		return now.service ? code : SCARD_E_NO_SERVICE;
	failed = fault();
	if (failed != SCARD_S_SUCCESS)
		return failed;
	if (code == SCARD_S_SUCCESS || code == SCARD_W_RESET_CARD)
		end_transaction(c, disposition, true);
	c->used = false;
	return SCARD_S_SUCCESS;
}

LONG
SCardBeginTransaction(SCARDHANDLE card)
{
	struct connection *c;
	LONG failed = fault(), code;

	if (failed != SCARD_S_SUCCESS && failed != SCARD_F_INTERNAL_ERROR)
		return failed;
	code = find_connection(card, &c);
	if (code == SCARD_W_RESET_CARD)
		guard_may_be_open(c->reader);
	if (code != SCARD_S_SUCCESS)
		return code;
	guard_begin(c->reader);
	now.reader[c->reader].begun = true;
	return failed; /* an unclear failure: it has begun all the same */
}

LONG
SCardEndTransaction(SCARDHANDLE card, DWORD disposition)
{
	struct connection *c;
	LONG code = find_connection(card, &c), failed = fault();

	if (failed != SCARD_S_SUCCESS) {
		if (code == SCARD_S_SUCCESS && now.reader[c->reader].begun)
			guard_end(c->reader, disposition == SCARD_UNPOWER_CARD, false);
		return failed;
	}
	if (code != SCARD_S_SUCCESS)
		return code;
	if (!now.reader[c->reader].begun)
		return SCARD_E_NOT_TRANSACTED;
	end_transaction(c, disposition, true);
	return SCARD_S_SUCCESS;
}

/* What comes back is cut, made longer, given another status word, or made up. */
static size_t
lie(uint8_t answer[FAKE_CARD_ANSWER_MAX], size_t len)
{
	static const uint16_t words[] = {0x9000, 0x63c0, 0x63c1, 0x6300, 0x6983, 0x6984,
					 0x6982, 0x6a82, 0x6a86, 0x6700, 0x6985, 0x6b00,
					 0x6100, 0x6110, 0x6c00, 0x6c10, 0x6f00, 0x6281};
	uint8_t how = input_byte(now.in);
	uint16_t sw;
	size_t at;

	switch (how >> 5) {
	case 1: /* another status word, with or without the data */
		sw = words[how % (sizeof words / sizeof words[0])];
		len = how & 0x10 ? 2 : len;
		break;
	case 2:
		sw = (uint16_t)(input_byte(now.in) << 8 | input_byte(now.in));
		break;
	case 3: /* cut short, down to nothing */
		return len * (how & 0x1f) / 32;
	case 4: /* one byte of it changed */
		at = (size_t)(input_byte(now.in) << 8 | input_byte(now.in)) % len;
		answer[at] = input_byte(now.in);
		return len;
	case 5: /* data that nobody asked for */
		len = (size_t)input_byte(now.in) + 2;
		memset(answer, input_byte(now.in), len);
		sw = 0x9000;
		break;
	case 6: /* made up */
		len = input_byte(now.in);
		input_copy(now.in, answer, len);
		return len;
	default:
		return len;
	}
	answer[len - 2] = (uint8_t)(sw >> 8);
	answer[len - 1] = (uint8_t)sw;
	return len;
}

/* An exchange that fails after the card has carried it out, or before. */
static LONG
transmit(struct connection *c, const uint8_t *command, size_t len, uint8_t *response,
	 LPDWORD response_len, LONG failed)
{
	uint8_t answer[FAKE_CARD_ANSWER_MAX];
	size_t n = fake_card_answer(&now.reader[c->reader].chip, command, len, answer);

	if (now.weather == FAKE_LIES)
		n = lie(answer, n);
	if (failed == SCARD_S_SUCCESS && n > *response_len)
		failed = SCARD_E_INSUFFICIENT_BUFFER;
	guard_exchange(c->reader, command, len, failed ? NULL : answer, n);
	if (failed != SCARD_S_SUCCESS)
		return failed;
	memcpy(response, answer, n);
	*response_len = n;
	if (now.weather == FAKE_LIES && input_byte(now.in) > 0xfc)
		*response_len = input_number(now.in);
	return SCARD_S_SUCCESS;
}

LONG
SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *pci, LPCBYTE command, DWORD len,
	      SCARD_IO_REQUEST *receive, LPBYTE response, LPDWORD response_len)
{
	struct connection *c;
	LONG failed = fault();
	LONG code = now.service ? find_connection(card, &c) : SCARD_E_NO_SERVICE;

	(void)pci, (void)receive;
	if (code != SCARD_S_SUCCESS)
		return code;
	if (!now.reader[c->reader].begun)
		guard_fail("an exchange outside a transaction");
	if (failed != SCARD_S_SUCCESS && input_byte(now.in) < 0x80) {
		guard_exchange(c->reader, command, len, NULL, 0);
		return failed; /* it never reached the card */
	}
	return transmit(c, command, len, response, response_len, failed);
}
