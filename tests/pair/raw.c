/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "tests/pair/steps.h"

/* A program that speaks PC/SC itself and knows the card (card facts 3), but no PIN. */

#define SW_OK 0x9000u
#define READERS_MAX 4

static const uint8_t select_jpki[] = {0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0,
				      0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
static const uint8_t read_sign_certificate[] = {0x00, 0xb0, 0x81, 0x00, 0x00};
static const uint8_t sign_auth[] = {0x80, 0x2a, 0x00, 0x97, 0x05, 'f', 'r', 'a', 'u', 'd', 0x00};
static const uint8_t sign_sign[] = {0x80, 0x2a, 0x00, 0x9a, 0x05, 'f', 'r', 'a', 'u', 'd', 0x00};

#define PIN_REFERENCE_AUTH 0x98
#define PIN_REFERENCE_SIGN 0x9b

static SCARDCONTEXT context;
static SCARDHANDLE card;

static LONG
reader_name(unsigned long number, char name[MAX_READERNAME])
{
	char names[READERS_MAX * MAX_READERNAME];
	const char *at = names;
	DWORD len = sizeof names;
	LONG code = SCARD_S_SUCCESS;

	if (!context)
		code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	if (code == SCARD_S_SUCCESS)
		code = SCardListReaders(context, NULL, names, &len);
	if (code != SCARD_S_SUCCESS)
		return code;
	for (; number > 0 && *at; number--)
		at += strlen(at) + 1;
	(void)snprintf(name, MAX_READERNAME, "%.*s", MAX_READERNAME - 1, at);
	return SCARD_S_SUCCESS;
}

static LONG
connect_card(unsigned long reader, DWORD mode)
{
	char name[MAX_READERNAME];
	DWORD protocol;
	LONG code = reader_name(reader, name);

	if (code == SCARD_S_SUCCESS)
		code = SCardConnect(context, name, mode, SCARD_PROTOCOL_T1, &card, &protocol);
	return code;
}

/* A reset by others is told once; the card is as it was. */
static LONG
resume(void)
{
	DWORD protocol;

	return SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD,
			      &protocol);
}

static LONG
begin(void)
{
	LONG code = SCardBeginTransaction(card);

	if (code == SCARD_W_RESET_CARD && resume() == SCARD_S_SUCCESS)
		code = SCardBeginTransaction(card);
	return code;
}

/* The status word; 0 with *code where there was none. */
static unsigned long
exchange(const uint8_t *command, size_t len, LONG *code)
{
	uint8_t answer[258];
	DWORD answer_len = sizeof answer;

	*code = SCardTransmit(card, SCARD_PCI_T1, command, (DWORD)len, NULL, answer, &answer_len);
	if (*code == SCARD_W_RESET_CARD && resume() == SCARD_S_SUCCESS) {
		answer_len = sizeof answer;
		*code = SCardTransmit(card, SCARD_PCI_T1, command, (DWORD)len, NULL, answer,
				      &answer_len);
	}
	if (*code != SCARD_S_SUCCESS || answer_len < 2)
		return 0;
	return (unsigned long)answer[answer_len - 2] << 8 | answer[answer_len - 1];
}

static unsigned long
verify(uint8_t reference, const char *pin, LONG *code)
{
	uint8_t command[5 + 16] = {0x00, 0x20, 0x00, reference};
	size_t len = strnlen(pin, 16);

	command[4] = (uint8_t)len;
	memcpy(command + 5, pin, len);
	return exchange(command, 5 + len, code);
}

struct command {
	const uint8_t *bytes;
	size_t len;
};

static const struct command commands[STEPS] = {
	[STEP_RAW_SELECT] = {select_jpki, sizeof select_jpki},
	[STEP_RAW_SIGN_AUTH] = {sign_auth, sizeof sign_auth},
	[STEP_RAW_SIGN_SIGN] = {sign_sign, sizeof sign_sign},
	[STEP_RAW_READ_SIGN] = {read_sign_certificate, sizeof read_sign_certificate},
};

/* One round of attempts, whatever each answers. */
static void
attempt_all(struct reply *reply)
{
	LONG code;

	for (enum step s = STEP_RAW_SELECT; s <= STEP_RAW_READ_SIGN; s++) {
		unsigned long sw = exchange(commands[s].bytes, commands[s].len, &code);

		if (s == STEP_RAW_SELECT)
			continue;
		reply->done += code == SCARD_S_SUCCESS;
		reply->number += sw == SW_OK || sw >> 8 == 0x61;
	}
}

static LONG
hammer(bool in_transactions, long ms, struct reply *reply)
{
	struct timespec now, end;
	LONG code = SCARD_S_SUCCESS;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += ms % 1000 * 1000000;
	end.tv_sec += ms / 1000 + end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	do {
		if (in_transactions)
			code = begin();
		if (code == SCARD_S_SUCCESS || !in_transactions)
			attempt_all(reply);
		if (code == SCARD_S_SUCCESS && in_transactions)
			code = SCardEndTransaction(card, SCARD_LEAVE_CARD);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
		 (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	return code;
}

static LONG
hold_or_let_go(enum step step, unsigned long reader)
{
	if (step == STEP_RAW_CONNECT)
		return connect_card(reader, SCARD_SHARE_SHARED);
	if (step == STEP_RAW_CONNECT_EXCLUSIVE)
		return connect_card(reader, SCARD_SHARE_EXCLUSIVE);
	if (step == STEP_RAW_DISCONNECT)
		return SCardDisconnect(card, SCARD_LEAVE_CARD);
	if (step == STEP_RAW_BEGIN)
		return begin();
	return SCardEndTransaction(card, SCARD_LEAVE_CARD);
}

void
raw_do(enum step step, unsigned long reader, const char *text, struct reply *reply)
{
	LONG code = SCARD_S_SUCCESS;

	if (commands[step].bytes)
		reply->number = exchange(commands[step].bytes, commands[step].len, &code);
	else if (step == STEP_RAW_VERIFY_AUTH)
		reply->number = verify(PIN_REFERENCE_AUTH, text, &code);
	else if (step == STEP_RAW_VERIFY_SIGN)
		reply->number = verify(PIN_REFERENCE_SIGN, text, &code);
	else if (step == STEP_RAW_HAMMER)
		code = hammer(reader == 0, strtol(text, NULL, 10), reply);
	else
		code = hold_or_let_go(step, reader);
	reply->rv = (CK_RV)code;
}
