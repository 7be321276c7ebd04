/* SPDX-License-Identifier: BSD-2-Clause */
/* The PC/SC calls that give out what the caller has, or wants to have, a buffer for. */
#include <stdlib.h>
#include <string.h>

#include "sim/standin/link.h"

/*
 * Gives `len` bytes to the caller in the way that three of the calls have in common: a NULL
 * buffer only asks for the length, SCARD_AUTOALLOCATE asks for memory, else there is `room`.
 */
static LONG
hand_out(const void *data, DWORD len, void *buffer, DWORD room)
{
	void *made;

	if (room == SCARD_AUTOALLOCATE) {
		if (!buffer)
			return SCARD_E_INVALID_PARAMETER;
		made = malloc(len == 0 ? 1 : len);
		if (!made)
			return SCARD_E_NO_MEMORY;
		memcpy(made, data, len);
		memcpy(buffer, &made, sizeof made);
		/* cppcheck-suppress memleak ; the caller has it, in what buffer points to */
		return SCARD_S_SUCCESS;
	}
	if (!buffer)
		return SCARD_S_SUCCESS;
	if (room < len)
		return SCARD_E_INSUFFICIENT_BUFFER;
	memcpy(buffer, data, len);
	return SCARD_S_SUCCESS;
}

EXPORT LONG
SCardGetAttrib(SCARDHANDLE hCard, DWORD dwAttrId, LPBYTE pbAttr, LPDWORD pcbAttrLen)
{
	uint8_t value[MAX_BUFFER_SIZE];
	struct question question = {
		.request = {.call = WIRE_GET_ATTRIB, .arg = {(uint32_t)dwAttrId}},
		.out = value,
		.room = sizeof value};
	LONG rv;

	if (!pcbAttrLen || (*pcbAttrLen == SCARD_AUTOALLOCATE && !pbAttr))
		return SCARD_E_INVALID_PARAMETER;
	rv = link_ask_handle(hCard, &question);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	rv = hand_out(value, question.reply.len, pbAttr, *pcbAttrLen);
	*pcbAttrLen = question.reply.len;
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
	DWORD len = 0;

	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		size_t size = strnlen(readers[i].name, WIRE_NAME - 1) + 1;

		if (size == 1)
			continue;
		memcpy(names + len, readers[i].name, size - 1);
		names[len + size - 1] = '\0';
		len += size;
	}
	if (len > 0)
		names[len++] = '\0';
	return len;
}

EXPORT LONG
SCardListReaders(SCARDCONTEXT hContext, LPCSTR mszGroups, LPSTR mszReaders, LPDWORD pcchReaders)
{
	struct wire_reader readers[WIRE_READERS] = {0};
	struct question question = {
		.request = {.call = WIRE_LIST_READERS}, .out = readers, .room = sizeof readers};
	char names[WIRE_READERS * WIRE_NAME + 1];
	struct link *link;
	DWORD room, len;
	LONG rv;

	(void)mszGroups;
	if (!pcchReaders)
		return SCARD_E_INVALID_PARAMETER;
	link = link_lock_context(hContext);
	if (!link)
		return SCARD_E_INVALID_HANDLE;
	room = *pcchReaders;
	*pcchReaders = 0;
	rv = link_ask(link, &question);
	link_unlock(link);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	len = join_names(readers, names);
	*pcchReaders = len == 0 ? 1 : len;
	if (len == 0)
		return SCARD_E_NO_READERS_AVAILABLE;
	return hand_out(names, len, mszReaders, room);
}

/* One of SCardStatus's two outputs that may be allocated; too small a buffer gets its part. */
static LONG
hand_out_part(const void *data, DWORD len, void *buffer, DWORD room)
{
	LONG rv = hand_out(data, len, buffer, room);

	if (rv == SCARD_E_INSUFFICIENT_BUFFER)
		memcpy(buffer, data, room);
	return rv;
}

EXPORT LONG
SCardStatus(SCARDHANDLE hCard, LPSTR szReaderName, LPDWORD pcchReaderLen, LPDWORD pdwState,
	    LPDWORD pdwProtocol, LPBYTE pbAtr, LPDWORD pcbAtrLen)
{
	struct wire_reader readers[WIRE_READERS] = {0};
	struct question question = {
		.request = {.call = WIRE_STATUS}, .out = readers, .room = sizeof readers};
	const struct wire_reader *reader;
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
	rv = link_ask_handle(hCard, &question);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	reader = &readers[question.reply.value[0] % WIRE_READERS];
	*pcchReaderLen = strnlen(reader->name, WIRE_NAME - 1) + 1;
	*pcbAtrLen = reader->atr_len;
	if (pdwState)
		*pdwState = ((DWORD)reader->event_counter << 16) + reader->state;
	if (pdwProtocol)
		*pdwProtocol = reader->protocol;
	rv = hand_out_part(reader->name, *pcchReaderLen, szReaderName, name_room);
	second = hand_out_part(reader->atr, *pcbAtrLen, pbAtr, atr_room);
	return rv != SCARD_S_SUCCESS ? rv : second;
}
