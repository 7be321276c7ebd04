/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC/SC calls, as pcsc-lite 1.9.9 answers them (its src/winscard_clnt.c): which arguments
 * are looked at, in which order, and with which result, so that a program meets here what it
 * would meet with a real reader. Nothing happens at load time or at exit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/standin/codes.h"
#include "sim/standin/link.h"

EXPORT const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
EXPORT const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};
EXPORT const SCARD_IO_REQUEST g_rgSCardRawPci = {SCARD_PROTOCOL_RAW, sizeof(SCARD_IO_REQUEST)};

EXPORT LONG
SCardEstablishContext(DWORD dwScope, LPCVOID pvReserved1, LPCVOID pvReserved2,
		      LPSCARDCONTEXT phContext)
{
	(void)pvReserved1;
	(void)pvReserved2;
	if (!phContext)
		return SCARD_E_INVALID_PARAMETER;
	*phContext = 0;
	return link_establish(dwScope, phContext);
}

EXPORT LONG
SCardReleaseContext(SCARDCONTEXT hContext)
{
	struct question question = {.request = {.call = WIRE_RELEASE}};
	struct link *link = link_lock_context(hContext);
	LONG rv;

	if (!link)
		return SCARD_E_INVALID_HANDLE;
	rv = link_ask(link, &question);
	link_forget(link);
	return rv;
}

EXPORT LONG
SCardIsValidContext(SCARDCONTEXT hContext)
{
	return link_knows_context(hContext) ? SCARD_S_SUCCESS : SCARD_E_INVALID_HANDLE;
}

/* Interrupts the context's waiting call, over a connection of its own. */
EXPORT LONG
SCardCancel(SCARDCONTEXT hContext)
{
	struct question question = {.request = {.call = WIRE_CANCEL, .handle = (uint32_t)hContext}};
	int fd;
	LONG rv;

	if (!link_knows_context(hContext))
		return SCARD_E_INVALID_HANDLE;
	fd = talk_connect();
	if (fd < 0)
		return SCARD_E_NO_SERVICE;
	rv = talk_ask(fd, &question);
	(void)close(fd);
	return rv;
}

EXPORT LONG
SCardFreeMemory(SCARDCONTEXT hContext, LPCVOID pvMem)
{
	if (!link_knows_context(hContext))
		return SCARD_E_INVALID_HANDLE;
	free((void *)(uintptr_t)pvMem);
	return SCARD_S_SUCCESS;
}

EXPORT LONG
SCardConnect(SCARDCONTEXT hContext, LPCSTR szReader, DWORD dwShareMode, DWORD dwPreferredProtocols,
	     LPSCARDHANDLE phCard, LPDWORD pdwActiveProtocol)
{
	struct question question = {
		.request = {.call = WIRE_CONNECT,
			    .arg = {(uint32_t)dwShareMode, (uint32_t)dwPreferredProtocols}},
		.data = szReader};
	struct link *link;
	LONG rv;

	if (!phCard || !pdwActiveProtocol)
		return SCARD_E_INVALID_PARAMETER;
	*phCard = 0;
	if (!szReader)
		return SCARD_E_UNKNOWN_READER;
	if (strlen(szReader) > MAX_READERNAME)
		return SCARD_E_INVALID_VALUE;
	link = link_lock_context(hContext);
	if (!link)
		return SCARD_E_INVALID_HANDLE;
	question.request.len = (uint32_t)strlen(szReader);
	rv = link_ask(link, &question);
	if (rv == SCARD_S_SUCCESS) {
		*phCard = (SCARDHANDLE)question.reply.value[0];
		*pdwActiveProtocol = question.reply.value[1];
		if (!link_change_handle(link, 0, *phCard))
			rv = SCARD_E_NO_MEMORY;
	}
	link_unlock(link);
	return rv;
}

EXPORT LONG
SCardReconnect(SCARDHANDLE hCard, DWORD dwShareMode, DWORD dwPreferredProtocols,
	       DWORD dwInitialization, LPDWORD pdwActiveProtocol)
{
	struct question question = {
		.request = {.call = WIRE_RECONNECT,
			    .arg = {(uint32_t)dwShareMode, (uint32_t)dwPreferredProtocols,
				    (uint32_t)dwInitialization}}};
	LONG rv;

	if (!pdwActiveProtocol)
		return SCARD_E_INVALID_PARAMETER;
	rv = link_ask_handle(hCard, &question);
	if (rv == SCARD_S_SUCCESS)
		*pdwActiveProtocol = question.reply.value[1];
	return rv;
}

/* A call that asks nothing but this. */
static LONG
ask_plainly(SCARDHANDLE card, enum wire_call call, DWORD argument)
{
	struct question question = {.request = {.call = call, .arg = {(uint32_t)argument}}};

	return link_ask_handle(card, &question);
}

EXPORT LONG
SCardDisconnect(SCARDHANDLE hCard, DWORD dwDisposition)
{
	return ask_plainly(hCard, WIRE_DISCONNECT, dwDisposition);
}

EXPORT LONG
SCardBeginTransaction(SCARDHANDLE hCard)
{
	return ask_plainly(hCard, WIRE_BEGIN, 0);
}

EXPORT LONG
SCardEndTransaction(SCARDHANDLE hCard, DWORD dwDisposition)
{
	return ask_plainly(hCard, WIRE_END, dwDisposition);
}

/* For an answer. A length that no address space has would be an error, and the answer be left for
 * the next call. */
static size_t
room_of(DWORD len)
{
	return len < WIRE_DATA_MAX ? len : WIRE_DATA_MAX;
}

EXPORT LONG
SCardTransmit(SCARDHANDLE hCard, const SCARD_IO_REQUEST *pioSendPci, LPCBYTE pbSendBuffer,
	      DWORD cbSendLength, SCARD_IO_REQUEST *pioRecvPci, LPBYTE pbRecvBuffer,
	      LPDWORD pcbRecvLength)
{
	struct question question = {
		.request = {.call = WIRE_TRANSMIT, .len = (uint32_t)cbSendLength},
		.data = pbSendBuffer,
		.out = pbRecvBuffer};
	LONG rv;

	(void)pioRecvPci; /* the drivers leave the protocol as it was asked */
	if (!pbSendBuffer || !pbRecvBuffer || !pcbRecvLength || !pioSendPci)
		return SCARD_E_INVALID_PARAMETER;
	if (cbSendLength > MAX_BUFFER_SIZE_EXTENDED)
		return SCARD_E_INSUFFICIENT_BUFFER;
	question.room = room_of(*pcbRecvLength);
	question.request.arg[0] = (uint32_t)pioSendPci->dwProtocol;
	question.request.arg[1] = (uint32_t)question.room;
	rv = link_ask_handle(hCard, &question);
	if (rv == SCARD_E_INVALID_HANDLE)
		*pcbRecvLength = 0;
	else if (rv != SCARD_F_COMM_ERROR)
		*pcbRecvLength = question.reply.value[0];
	return rv;
}

EXPORT LONG
SCardControl(SCARDHANDLE hCard, DWORD dwControlCode, LPCVOID pbSendBuffer, DWORD cbSendLength,
	     LPVOID pbRecvBuffer, DWORD cbRecvLength, LPDWORD lpBytesReturned)
{
	struct question question = {
		.request = {.call = WIRE_CONTROL,
			    .arg = {(uint32_t)dwControlCode, (uint32_t)room_of(cbRecvLength)},
			    .len = !pbSendBuffer ? 0 : (uint32_t)cbSendLength},
		.data = pbSendBuffer,
		.out = pbRecvBuffer,
		.room = !pbRecvBuffer ? 0 : room_of(cbRecvLength)};
	LONG rv;

	if (lpBytesReturned)
		*lpBytesReturned = 0;
	if (cbSendLength > MAX_BUFFER_SIZE_EXTENDED)
		return SCARD_E_INSUFFICIENT_BUFFER;
	rv = link_ask_handle(hCard, &question);
	if (rv == SCARD_S_SUCCESS && lpBytesReturned)
		*lpBytesReturned = question.reply.value[0];
	return rv;
}

EXPORT LONG
SCardSetAttrib(SCARDHANDLE hCard, DWORD dwAttrId, LPCBYTE pbAttr, DWORD cbAttrLen)
{
	struct question question = {.request = {.call = WIRE_SET_ATTRIB,
						.arg = {(uint32_t)dwAttrId},
						.len = (uint32_t)cbAttrLen},
				    .data = pbAttr};

	if (!pbAttr || cbAttrLen == 0)
		return SCARD_E_INVALID_PARAMETER;
	if (cbAttrLen > MAX_BUFFER_SIZE)
		return SCARD_E_INSUFFICIENT_BUFFER;
	return link_ask_handle(hCard, &question);
}

static const struct {
	LONG code;
	const char *text;
} texts[] = {
#define ROW(code, text) {code, text},
	PCSC_CODES(ROW)
#undef ROW
};

EXPORT const char *
pcsc_stringify_error(const LONG pcscError)
{
	static __thread char other[32];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].code == pcscError)
			return texts[i].text;
	(void)snprintf(other, sizeof other, "Error 0x%08lX.", (unsigned long)pcscError);
	return other;
}
