/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC/SC calls, as pcsc-lite 1.9.9 answers them (its src/winscard_clnt.c): which arguments
 * are looked at, in which order, and with which result, so that a program meets here what it
 * would meet with a real reader. Nothing happens at load time or at exit.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sim/standin/link.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT const SCARD_IO_REQUEST g_rgSCardT0Pci = {SCARD_PROTOCOL_T0, sizeof(SCARD_IO_REQUEST)};
EXPORT const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};
EXPORT const SCARD_IO_REQUEST g_rgSCardRawPci = {SCARD_PROTOCOL_RAW, sizeof(SCARD_IO_REQUEST)};

/*
 * How long to leave the context to other threads before asking again for a card that another
 * program's transaction holds. pcsc-lite waits 100 ms; a test need not.
 */
static void
let_others(void)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	nanosleep(&pause, NULL);
}

/* A call on a card handle: asks, and asks again while another's transaction stands in the way. */
static LONG
ask_handle(SCARDHANDLE handle, struct wire_request *request, const void *data,
	   struct wire_reply *reply, void *out, size_t room)
{
	LONG rv;

	request->handle = (uint32_t)handle;
	for (;;) {
		struct link *link = link_lock_handle(handle, NULL);

		if (!link)
			return SCARD_E_INVALID_HANDLE;
		rv = link_ask(link, request, data, reply, out, room);
		if (request->call == WIRE_DISCONNECT && rv == SCARD_S_SUCCESS)
			link_remove_handle(link, handle);
		link_unlock(link);
		if (!reply->again)
			return rv;
		request->flags |= WIRE_AGAIN;
		let_others();
	}
}

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
	struct wire_request request = {.call = WIRE_RELEASE};
	struct wire_reply reply;
	struct link *link = link_lock_context(hContext);
	LONG rv;

	if (!link)
		return SCARD_E_INVALID_HANDLE;
	rv = link_ask(link, &request, NULL, &reply, NULL, 0);
	link_forget(link);
	return rv;
}

EXPORT LONG
SCardIsValidContext(SCARDCONTEXT hContext)
{
	return link_knows_context(hContext) ? SCARD_S_SUCCESS : SCARD_E_INVALID_HANDLE;
}

EXPORT LONG
SCardCancel(SCARDCONTEXT hContext)
{
	return link_cancel(hContext);
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
	struct wire_request request = {.call = WIRE_CONNECT};
	struct wire_reply reply;
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
	request.arg[0] = (uint32_t)dwShareMode;
	request.arg[1] = (uint32_t)dwPreferredProtocols;
	request.length = (uint32_t)strlen(szReader);
	rv = link_ask(link, &request, szReader, &reply, NULL, 0);
	if (rv == SCARD_S_SUCCESS) {
		*phCard = (SCARDHANDLE)reply.value[0];
		*pdwActiveProtocol = reply.value[1];
		if (!link_add_handle(link, *phCard, szReader))
			rv = SCARD_E_NO_MEMORY;
	}
	link_unlock(link);
	return rv;
}

EXPORT LONG
SCardReconnect(SCARDHANDLE hCard, DWORD dwShareMode, DWORD dwPreferredProtocols,
	       DWORD dwInitialization, LPDWORD pdwActiveProtocol)
{
	struct wire_request request = {.call = WIRE_RECONNECT,
				       .arg = {(uint32_t)dwShareMode,
					       (uint32_t)dwPreferredProtocols,
					       (uint32_t)dwInitialization}};
	struct wire_reply reply;
	LONG rv;

	if (!pdwActiveProtocol)
		return SCARD_E_INVALID_PARAMETER;
	rv = ask_handle(hCard, &request, NULL, &reply, NULL, 0);
	if (rv == SCARD_S_SUCCESS)
		*pdwActiveProtocol = reply.value[1];
	return rv;
}

EXPORT LONG
SCardDisconnect(SCARDHANDLE hCard, DWORD dwDisposition)
{
	struct wire_request request = {.call = WIRE_DISCONNECT, .arg = {(uint32_t)dwDisposition}};
	struct wire_reply reply;

	return ask_handle(hCard, &request, NULL, &reply, NULL, 0);
}

EXPORT LONG
SCardBeginTransaction(SCARDHANDLE hCard)
{
	struct wire_request request = {.call = WIRE_BEGIN};
	struct wire_reply reply;

	return ask_handle(hCard, &request, NULL, &reply, NULL, 0);
}

EXPORT LONG
SCardEndTransaction(SCARDHANDLE hCard, DWORD dwDisposition)
{
	struct wire_request request = {.call = WIRE_END, .arg = {(uint32_t)dwDisposition}};
	struct wire_reply reply;

	return ask_handle(hCard, &request, NULL, &reply, NULL, 0);
}

EXPORT LONG
SCardTransmit(SCARDHANDLE hCard, const SCARD_IO_REQUEST *pioSendPci, LPCBYTE pbSendBuffer,
	      DWORD cbSendLength, SCARD_IO_REQUEST *pioRecvPci, LPBYTE pbRecvBuffer,
	      LPDWORD pcbRecvLength)
{
	struct wire_request request = {.call = WIRE_TRANSMIT};
	struct wire_reply reply;
	DWORD room;
	LONG rv;

	(void)pioRecvPci; /* the drivers leave the protocol as it was asked */
	if (!pbSendBuffer || !pbRecvBuffer || !pcbRecvLength || !pioSendPci)
		return SCARD_E_INVALID_PARAMETER;
	if (cbSendLength > MAX_BUFFER_SIZE_EXTENDED)
		return SCARD_E_INSUFFICIENT_BUFFER;
	room = *pcbRecvLength < WIRE_DATA_MAX ? *pcbRecvLength : WIRE_DATA_MAX;
	request.arg[0] = (uint32_t)pioSendPci->dwProtocol;
	request.arg[1] = (uint32_t)room;
	request.length = (uint32_t)cbSendLength;
	rv = ask_handle(hCard, &request, pbSendBuffer, &reply, pbRecvBuffer, room);
	if (rv == SCARD_E_INVALID_HANDLE)
		*pcbRecvLength = 0;
	else if (rv != SCARD_F_COMM_ERROR)
		*pcbRecvLength = reply.value[0];
	return rv;
}

EXPORT LONG
SCardControl(SCARDHANDLE hCard, DWORD dwControlCode, LPCVOID pbSendBuffer, DWORD cbSendLength,
	     LPVOID pbRecvBuffer, DWORD cbRecvLength, LPDWORD lpBytesReturned)
{
	struct wire_request request = {.call = WIRE_CONTROL, .arg = {(uint32_t)dwControlCode}};
	struct wire_reply reply = {0};
	LONG rv;

	if (lpBytesReturned)
		*lpBytesReturned = 0;
	if (cbSendLength > MAX_BUFFER_SIZE_EXTENDED)
		return SCARD_E_INSUFFICIENT_BUFFER;
	request.arg[1] = (uint32_t)cbRecvLength;
	request.length = !pbSendBuffer ? 0 : (uint32_t)cbSendLength;
	rv = ask_handle(hCard, &request, pbSendBuffer, &reply, pbRecvBuffer,
			!pbRecvBuffer ? 0 : cbRecvLength);
	if (rv == SCARD_S_SUCCESS && lpBytesReturned)
		*lpBytesReturned = reply.value[0];
	return rv;
}

EXPORT LONG
SCardSetAttrib(SCARDHANDLE hCard, DWORD dwAttrId, LPCBYTE pbAttr, DWORD cbAttrLen)
{
	struct wire_request request = {.call = WIRE_SET_ATTRIB, .arg = {(uint32_t)dwAttrId}};
	struct wire_reply reply;

	if (!pbAttr || cbAttrLen == 0)
		return SCARD_E_INVALID_PARAMETER;
	if (cbAttrLen > MAX_BUFFER_SIZE)
		return SCARD_E_INSUFFICIENT_BUFFER;
	request.length = (uint32_t)cbAttrLen;
	return ask_handle(hCard, &request, pbAttr, &reply, NULL, 0);
}

/*
 * Gives `length` bytes to the caller in the way that three of the calls have in common: a NULL
 * buffer only asks for the length, SCARD_AUTOALLOCATE asks for memory, else there is `room`.
 */
static LONG
hand_out(const void *data, DWORD length, void *buffer, DWORD room)
{
	void *made;

	if (room == SCARD_AUTOALLOCATE) {
		if (!buffer)
			return SCARD_E_INVALID_PARAMETER;
		made = malloc(length == 0 ? 1 : length);
		if (!made)
			return SCARD_E_NO_MEMORY;
		memcpy(made, data, length);
		memcpy(buffer, &made, sizeof made);
		/* cppcheck-suppress memleak ; the caller has it, in what buffer points to */
		return SCARD_S_SUCCESS;
	}
	if (!buffer)
		return SCARD_S_SUCCESS;
	if (room < length)
		return SCARD_E_INSUFFICIENT_BUFFER;
	memcpy(buffer, data, length);
	return SCARD_S_SUCCESS;
}

EXPORT LONG
SCardGetAttrib(SCARDHANDLE hCard, DWORD dwAttrId, LPBYTE pbAttr, LPDWORD pcbAttrLen)
{
	struct wire_request request = {.call = WIRE_GET_ATTRIB, .arg = {(uint32_t)dwAttrId}};
	struct wire_reply reply;
	uint8_t value[MAX_BUFFER_SIZE];
	LONG rv;

	if (!pcbAttrLen || (*pcbAttrLen == SCARD_AUTOALLOCATE && !pbAttr))
		return SCARD_E_INVALID_PARAMETER;
	rv = ask_handle(hCard, &request, NULL, &reply, value, sizeof value);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	rv = hand_out(value, reply.length, pbAttr, *pcbAttrLen);
	*pcbAttrLen = reply.length;
	return rv;
}

EXPORT LONG
SCardListReaderGroups(SCARDCONTEXT hContext, LPSTR mszGroups, LPDWORD pcchGroups)
{
	static const char groups[] = "SCard$DefaultReaders\0";
	LONG rv;

	if (!link_knows_context(hContext))
		return SCARD_E_INVALID_HANDLE;
	if (!pcchGroups)
		return SCARD_E_INVALID_PARAMETER;
	rv = hand_out(groups, sizeof groups, mszGroups, *pcchGroups);
	*pcchGroups = sizeof groups;
	return rv;
}

/* The names, one after the other, and a last NUL; 0 if there is no reader. */
static DWORD
join_names(const struct wire_reader readers[WIRE_READERS], char names[WIRE_READERS * WIRE_NAME + 1])
{
	DWORD length = 0;

	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		size_t size = strnlen(readers[i].name, WIRE_NAME - 1) + 1;

		if (size == 1)
			continue;
		memcpy(names + length, readers[i].name, size - 1);
		names[length + size - 1] = '\0';
		length += size;
	}
	if (length > 0)
		names[length++] = '\0';
	return length;
}

EXPORT LONG
SCardListReaders(SCARDCONTEXT hContext, LPCSTR mszGroups, LPSTR mszReaders, LPDWORD pcchReaders)
{
	struct wire_request request = {.call = WIRE_LIST_READERS};
	struct wire_reader readers[WIRE_READERS] = {0};
	char names[WIRE_READERS * WIRE_NAME + 1];
	struct wire_reply reply;
	struct link *link;
	DWORD room, length;
	LONG rv;

	(void)mszGroups;
	if (!pcchReaders)
		return SCARD_E_INVALID_PARAMETER;
	link = link_lock_context(hContext);
	if (!link)
		return SCARD_E_INVALID_HANDLE;
	room = *pcchReaders;
	*pcchReaders = 0;
	rv = link_ask(link, &request, NULL, &reply, readers, sizeof readers);
	link_unlock(link);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	length = join_names(readers, names);
	*pcchReaders = length == 0 ? 1 : length;
	if (length == 0)
		return SCARD_E_NO_READERS_AVAILABLE;
	return hand_out(names, length, mszReaders, room);
}

/* One of SCardStatus's two outputs that may be allocated; too small a buffer gets its part. */
static LONG
hand_out_part(const void *data, DWORD length, void *buffer, DWORD room)
{
	LONG rv = hand_out(data, length, buffer, room);

	if (rv == SCARD_E_INSUFFICIENT_BUFFER)
		memcpy(buffer, data, room);
	return rv;
}

EXPORT LONG
SCardStatus(SCARDHANDLE hCard, LPSTR szReaderName, LPDWORD pcchReaderLen, LPDWORD pdwState,
	    LPDWORD pdwProtocol, LPBYTE pbAtr, LPDWORD pcbAtrLen)
{
	struct wire_request request = {.call = WIRE_STATUS};
	struct wire_reader readers[WIRE_READERS] = {0};
	const struct wire_reader *reader;
	struct wire_reply reply;
	DWORD none_reader = 0, none_atr = 0, name_room, atr_room;
	LONG rv, second;

	if (!pcchReaderLen)
		pcchReaderLen = &none_reader;
	if (!pcbAtrLen)
		pcbAtrLen = &none_atr;
	name_room = *pcchReaderLen;
	atr_room = *pcbAtrLen;
	*pcchReaderLen = *pcbAtrLen = 0;
	if (pdwState)
		*pdwState = 0;
	if (pdwProtocol)
		*pdwProtocol = 0;
	rv = ask_handle(hCard, &request, NULL, &reply, readers, sizeof readers);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	reader = &readers[reply.value[0] % WIRE_READERS];
	*pcchReaderLen = strnlen(reader->name, WIRE_NAME - 1) + 1;
	*pcbAtrLen = reader->atr_length;
	if (pdwState)
		*pdwState = ((DWORD)reader->event_counter << 16) + reader->state;
	if (pdwProtocol)
		*pdwProtocol = reader->protocol;
	rv = hand_out_part(reader->name, *pcchReaderLen, szReaderName, name_room);
	second = hand_out_part(reader->atr, *pcbAtrLen, pbAtr, atr_room);
	return rv != SCARD_S_SUCCESS ? rv : second;
}
