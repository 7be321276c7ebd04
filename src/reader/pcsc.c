/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/pcsc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <winscard.h>

#include "base/log.h"

/* A service that starts or stops just now is asked again. */
#define OPEN_TRIES 3
#define STATUS_TRIES 4 /* see status_change */

_Static_assert(sizeof(SCARDCONTEXT) <= sizeof(long) && sizeof(SCARDHANDLE) <= sizeof(long),
	       "PC/SC handles fit");
_Static_assert(sizeof((struct pcsc_service){0}.socket) == sizeof((struct sockaddr_un){0}.sun_path),
	       "the path of a socket fits");
_Static_assert(PCSC_T0 == SCARD_PROTOCOL_T0 && PCSC_ATR_MAX == MAX_ATR_SIZE, "PC/SC's values");
_Static_assert(PCSC_READER_NAME_MAX >= MAX_READERNAME, "reader names fit");

/*
 * Set when the dynamic linker ends this module, at exit. Next it ends libpcsclite, which frees
 * its lists: a later call there crashes (pcsc-lite 1.9.9). But libraries that end later may
 * still call this module, so nothing is torn down here; the flag is all.
 */
static atomic_bool ended;

__attribute__((destructor)) static void
note_end(void)
{
	atomic_store(&ended, true);
}

/* Every call into libpcsclite goes through this. */
#define UNLESS_ENDED(call) (atomic_load(&ended) ? SCARD_E_NO_SERVICE : (call))

struct row {
	LONG code;
	enum result result;
};

static const struct row rows[] = {
	{SCARD_S_SUCCESS, RESULT_OK},
	{SCARD_E_NO_SERVICE, RESULT_NO_SERVICE},
	{SCARD_E_SERVICE_STOPPED, RESULT_NO_SERVICE},
	{SCARD_E_SERVER_TOO_BUSY, RESULT_NO_SERVICE},
	{SCARD_E_INVALID_HANDLE, RESULT_NO_SERVICE}, /* of a context; see card_result */
	{SCARD_F_COMM_ERROR, RESULT_NO_SERVICE},     /* the socket to pcscd broke */
	{SCARD_E_NO_MEMORY, RESULT_NO_MEMORY},
	{SCARD_W_SECURITY_VIOLATION, RESULT_REFUSED},
	{SCARD_E_NO_ACCESS, RESULT_REFUSED},
	{SCARD_E_UNKNOWN_READER, RESULT_NO_READER},
	{SCARD_E_READER_UNAVAILABLE, RESULT_NO_READER},
	{SCARD_E_NO_READERS_AVAILABLE, RESULT_NO_READER},
	{SCARD_E_NO_SMARTCARD, RESULT_NO_CARD},
	{SCARD_W_REMOVED_CARD, RESULT_CARD_CHANGED},
	{SCARD_W_RESET_CARD, RESULT_RESET},
	{SCARD_W_UNPOWERED_CARD, RESULT_RESET},
	/* Told of a reset, then connected before its end: pcscd forgets the protocol last. It says
	 * so before anything is sent to the card (pcsc-lite's SCardTransmit, SCardDisconnect). */
	{SCARD_E_PROTO_MISMATCH, RESULT_RESET},
	{SCARD_E_SHARING_VIOLATION, RESULT_BUSY},
};

static enum result
result_of(const char *call, LONG code)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].code == code)
			return rows[i].result;
	log_line(LOG_LEVEL_INFO, "%s: 0x%08lx", call, (unsigned long)code & 0xffffffffUL);
	return RESULT_TRANSPORT;
}

/*
 * A card handle that pcscd does not know any more, or whose reader it does not know (that is
 * SCARD_E_INVALID_VALUE: pcsc-lite's RFReaderInfoById), is a card that left with its reader,
 * while the context may be well.
 */
static enum result
card_result(const char *call, LONG code)
{
	if (code == SCARD_E_INVALID_HANDLE || code == SCARD_E_INVALID_VALUE)
		return RESULT_CARD_CHANGED;
	return result_of(call, code);
}

void
pcsc_service_init(struct pcsc_service *service)
{
	const char *set = secure_getenv("PCSCLITE_CSOCK_NAME");

	*service = (struct pcsc_service){0};
	strncpy(service->socket, set ? set : "/run/pcscd/pcscd.comm", sizeof service->socket - 1);
}

/* Whether somebody listens where libpcsclite looks for pcscd; nothing is said to it. */
static bool
somebody_listens(const struct pcsc_service *service)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool listens;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;
	memcpy(address.sun_path, service->socket, sizeof address.sun_path);
	listens = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
		  errno == EAGAIN; /* a long queue */
	(void)close(fd);
	return listens;
}

void
pcsc_init(struct pcsc_context *c, struct pcsc_service *service)
{
	*c = (struct pcsc_context){.service = service};
}

/*
 * pcscd hangs up on whom it refuses. libpcsclite (2.3.3) sees that before, while or after it
 * speaks, whoever is faster, and makes SCARD_E_NO_SERVICE, SCARD_W_SECURITY_VIOLATION or
 * SCARD_F_COMM_ERROR of it; the first is also that nobody listens. A service that was just being
 * started or stopped answers otherwise when asked again; not after the second, because a policy
 * may have asked the user.
 */
static enum result
establish(struct pcsc_context *c)
{
	SCARDCONTEXT handle;
	LONG code;

	for (int i = 0; i < OPEN_TRIES; i++) {
		code = UNLESS_ENDED(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &handle));
		if (code == SCARD_S_SUCCESS)
			c->handle = handle;
		if (code != SCARD_E_NO_SERVICE && code != SCARD_F_COMM_ERROR)
			return result_of("SCardEstablishContext", code);
		if (atomic_load(&ended) || !somebody_listens(c->service))
			return RESULT_NO_SERVICE;
	}
	return RESULT_REFUSED;
}

enum result
pcsc_open(struct pcsc_context *c)
{
	enum result r;

	if (c->open)
		return RESULT_OK;
	r = establish(c);
	c->open = r == RESULT_OK;
	return r;
}

void
pcsc_close(struct pcsc_context *c)
{
	if (c->open)
		(void)UNLESS_ENDED(SCardReleaseContext((SCARDCONTEXT)c->handle));
	c->open = false;
}

/* Splits SCardListReaders' NUL-separated names, whatever is in the buffer. */
static size_t
split_names(const char *names, size_t len, struct pcsc_state states[PCSC_READERS_MAX])
{
	size_t count = 0;

	while (len > 0 && *names && count < PCSC_READERS_MAX) {
		size_t n = strnlen(names, len);

		if (n == len)
			break; /* not terminated: not a name */
		if (n < PCSC_READER_NAME_MAX) {
			memset(&states[count], 0, sizeof states[count]);
			memcpy(states[count++].name, names, n);
		}
		names += n + 1;
		len -= n + 1;
	}
	return count;
}

enum result
pcsc_list(struct pcsc_context *c, struct pcsc_state states[PCSC_READERS_MAX], size_t *count)
{
	char names[PCSC_READERS_MAX * PCSC_READER_NAME_MAX];
	DWORD len = sizeof names;
	LONG code = UNLESS_ENDED(SCardListReaders((SCARDCONTEXT)c->handle, NULL, names, &len));

	*count = 0;
	if (code == SCARD_E_NO_READERS_AVAILABLE)
		return RESULT_OK;
	if (code == SCARD_S_SUCCESS && len <= sizeof names)
		*count = split_names(names, len, states);
	return result_of("SCardListReaders", code);
}

/*
 * News of another program or card that comes while libpcsclite (2.5) asks for the readers is taken
 * for a part of the answer: there are no readers then, or not this one. Measured: 14 of 300,000
 * calls beside three programs that come and go. The next call is answered as it should be.
 */
static LONG
status_change(const struct pcsc_context *c, SCARD_READERSTATE *states, size_t count)
{
	LONG code = SCARD_E_UNKNOWN_READER;

	for (int i = 0; i < STATUS_TRIES &&
			(code == SCARD_E_UNKNOWN_READER || code == SCARD_E_UNSUPPORTED_FEATURE);
	     i++)
		code = UNLESS_ENDED(
			SCardGetStatusChange((SCARDCONTEXT)c->handle, 0, states, (DWORD)count));
	return code;
}

enum result
pcsc_status(struct pcsc_context *c, struct pcsc_state *states, size_t count)
{
	SCARD_READERSTATE pcsc[PCSC_READERS_MAX] = {0};
	LONG code;

	if (count == 0 || count > PCSC_READERS_MAX)
		return RESULT_OK;
	for (size_t i = 0; i < count; i++) {
		pcsc[i].szReader = states[i].name;
		pcsc[i].dwCurrentState = SCARD_STATE_UNAWARE;
	}
	code = status_change(c, pcsc, count);
	if (code != SCARD_S_SUCCESS) /* a timeout neither: every state differs from "unaware" */
		return result_of("SCardGetStatusChange", code);
	for (size_t i = 0; i < count; i++) {
		DWORD state = pcsc[i].dwEventState;

		states[i].card = (state & SCARD_STATE_PRESENT) != 0;
		states[i].mute = (state & SCARD_STATE_MUTE) != 0;
		states[i].exclusive = (state & SCARD_STATE_EXCLUSIVE) != 0;
		states[i].in_use = (state & (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)) != 0;
		states[i].counter = (uint16_t)(state >> 16 & 0xffff);
		states[i].atr_len = pcsc[i].cbAtr <= PCSC_ATR_MAX ? pcsc[i].cbAtr : 0;
		memcpy(states[i].atr, pcsc[i].rgbAtr, states[i].atr_len);
	}
	return RESULT_OK;
}

enum result
pcsc_connect(struct pcsc_context *c, const char *reader, struct pcsc_card *card)
{
	SCARDHANDLE handle;
	DWORD protocol = 0;
	LONG code = UNLESS_ENDED(SCardConnect((SCARDCONTEXT)c->handle, reader, SCARD_SHARE_SHARED,
					      SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &handle,
					      &protocol));

	if (code == SCARD_S_SUCCESS) {
		card->handle = handle;
		card->protocol = protocol;
	}
	return result_of("SCardConnect", code);
}

static enum result
reconnect(struct pcsc_card *card, DWORD initialization)
{
	DWORD protocol = 0;
	LONG code = UNLESS_ENDED(SCardReconnect((SCARDHANDLE)card->handle, SCARD_SHARE_SHARED,
						SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
						initialization, &protocol));

	if (code == SCARD_S_SUCCESS)
		card->protocol = protocol;
	return card_result("SCardReconnect", code);
}

enum result
pcsc_reconnect(struct pcsc_card *card)
{
	return reconnect(card, SCARD_LEAVE_CARD);
}

enum result
pcsc_reset(struct pcsc_card *card, bool power_off)
{
	return reconnect(card, power_off ? SCARD_UNPOWER_CARD : SCARD_RESET_CARD);
}

static DWORD
disposition(bool power_off)
{
	return power_off ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD;
}

enum result
pcsc_disconnect(struct pcsc_card *card, bool power_off)
{
	return card_result(
		"SCardDisconnect",
		UNLESS_ENDED(SCardDisconnect((SCARDHANDLE)card->handle, disposition(power_off))));
}

enum result
pcsc_begin(struct pcsc_card *card)
{
	return card_result("SCardBeginTransaction",
			   UNLESS_ENDED(SCardBeginTransaction((SCARDHANDLE)card->handle)));
}

enum result
pcsc_end(struct pcsc_card *card, bool power_off)
{
	return card_result("SCardEndTransaction",
			   UNLESS_ENDED(SCardEndTransaction((SCARDHANDLE)card->handle,
							    disposition(power_off))));
}

enum result
pcsc_transmit(struct pcsc_card *card, const uint8_t *command, size_t command_len, uint8_t *response,
	      size_t *response_len)
{
	const SCARD_IO_REQUEST *pci =
		card->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD len = (DWORD)*response_len;
	LONG code = UNLESS_ENDED(SCardTransmit((SCARDHANDLE)card->handle, pci, command,
					       (DWORD)command_len, NULL, response, &len));

	if (code == SCARD_S_SUCCESS && len > *response_len)
		return RESULT_BAD_ANSWER;
	*response_len = code == SCARD_S_SUCCESS ? (size_t)len : 0;
	return card_result("SCardTransmit", code);
}
