/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/minimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#define ANSWER_MAX 258

struct bench_minimal {
	SCARDCONTEXT context;
	SCARDHANDLE card;
};

/* SELECT of the JPKI application, VERIFY and signature by short id (card facts 3.1, 3.3, 3.4),
 * then the application whose selection ends the login. */
static const uint8_t select_jpki[] = {0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0,
				      0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
static const uint8_t verify[] = {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'};
static const uint8_t sign_head[] = {0x80, 0x2a, 0x00, 0x97, 51};
static const uint8_t select_other[] = {0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0x10,
				       0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};

static bool
succeeded(const char *call, LONG code)
{
	if (code != SCARD_S_SUCCESS)
		(void)fprintf(stderr, "minimal program: %s: %s\n", call,
			      pcsc_stringify_error(code));
	return code == SCARD_S_SUCCESS;
}

static bool
connect_first_reader(struct bench_minimal *m)
{
	char names[4096];
	DWORD len = sizeof names, protocol;

	return succeeded("SCardListReaders", SCardListReaders(m->context, NULL, names, &len)) &&
	       succeeded("SCardConnect", SCardConnect(m->context, names, SCARD_SHARE_SHARED,
						      SCARD_PROTOCOL_T1, &m->card, &protocol));
}

struct bench_minimal *
bench_minimal_open(void)
{
	struct bench_minimal *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	if (!succeeded("SCardEstablishContext",
		       SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &m->context))) {
		free(m);
		return NULL;
	}
	if (connect_first_reader(m))
		return m;
	(void)SCardReleaseContext(m->context);
	free(m);
	return NULL;
}

void
bench_minimal_close(struct bench_minimal *m)
{
	if (!m)
		return;
	(void)SCardDisconnect(m->card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(m->context);
	free(m);
}

/* One exchange that must answer 9000 with `want` bytes, which go to `out`. */
static bool
exchange(struct bench_minimal *m, const uint8_t *command, size_t len, uint8_t *out, size_t want)
{
	uint8_t answer[ANSWER_MAX];
	DWORD got = sizeof answer;

	if (!succeeded("SCardTransmit", SCardTransmit(m->card, SCARD_PCI_T1, command, (DWORD)len,
						      NULL, answer, &got)))
		return false;
	if (got != want + 2 || answer[want] != 0x90 || answer[want + 1] != 0x00) {
		(void)fprintf(stderr, "minimal program: %02X %02X: unexpected answer\n", command[0],
			      command[1]);
		return false;
	}
	if (want > 0)
		memcpy(out, answer, want);
	return true;
}

bool
bench_minimal_sign(struct bench_minimal *m, const uint8_t input[51], uint8_t signature[256])
{
	uint8_t sign[sizeof sign_head + 51 + 1] = {0};
	bool ok;

	memcpy(sign, sign_head, sizeof sign_head);
	memcpy(sign + sizeof sign_head, input, 51);
	ok = succeeded("SCardBeginTransaction", SCardBeginTransaction(m->card)) &&
	     exchange(m, select_jpki, sizeof select_jpki, NULL, 0) &&
	     exchange(m, verify, sizeof verify, NULL, 0) &&
	     exchange(m, sign, sizeof sign, signature, 256) &&
	     exchange(m, select_other, sizeof select_other, NULL, 0) &&
	     exchange(m, select_jpki, sizeof select_jpki, NULL, 0);
	return succeeded("SCardEndTransaction", SCardEndTransaction(m->card, SCARD_LEAVE_CARD)) &&
	       ok;
}
