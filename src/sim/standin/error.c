/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdio.h>
#include <winscard.h>

#define EXPORT __attribute__((visibility("default")))

static const struct {
	LONG code;
	const char *text;
} texts[] = {
	{SCARD_S_SUCCESS, "Success."},
	{SCARD_F_INTERNAL_ERROR, "Internal error."},
	{SCARD_E_CANCELLED, "Cancelled by SCardCancel."},
	{SCARD_E_INVALID_HANDLE, "Invalid handle."},
	{SCARD_E_INVALID_PARAMETER, "Invalid parameter."},
	{SCARD_E_NO_MEMORY, "Out of memory."},
	{SCARD_E_INSUFFICIENT_BUFFER, "Buffer too small."},
	{SCARD_E_UNKNOWN_READER, "Unknown reader."},
	{SCARD_E_TIMEOUT, "Timed out."},
	{SCARD_E_SHARING_VIOLATION, "Sharing violation."},
	{SCARD_E_NO_SMARTCARD, "No smart card in the reader."},
	{SCARD_E_PROTO_MISMATCH, "Card protocol mismatch."},
	{SCARD_E_NOT_READY, "Not ready."},
	{SCARD_E_INVALID_VALUE, "Invalid value."},
	{SCARD_E_SYSTEM_CANCELLED, "Cancelled by the system."},
	{SCARD_F_COMM_ERROR, "Connection to the service lost."},
	{SCARD_F_UNKNOWN_ERROR, "Unknown internal error."},
	{SCARD_E_NOT_TRANSACTED, "Transaction failed."},
	{SCARD_E_READER_UNAVAILABLE, "Reader unavailable."},
	{SCARD_E_NO_SERVICE, "Service not available."},
	{SCARD_E_SERVICE_STOPPED, "Service stopped."},
	{SCARD_E_UNSUPPORTED_FEATURE, "Feature not supported."},
	{SCARD_E_NO_READERS_AVAILABLE, "No reader available."},
	{SCARD_W_UNSUPPORTED_CARD, "Unsupported card."},
	{SCARD_W_UNRESPONSIVE_CARD, "Card unresponsive."},
	{SCARD_W_UNPOWERED_CARD, "Card unpowered."},
	{SCARD_W_RESET_CARD, "Card was reset."},
	{SCARD_W_REMOVED_CARD, "Card was removed."},
	{SCARD_W_SECURITY_VIOLATION, "Access denied."},
};

EXPORT const char *
pcsc_stringify_error(const LONG pcscError)
{
	static __thread char other[32];

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].code == pcscError)
			return texts[i].text;
	snprintf(other, sizeof other, "Error 0x%08lX.", (unsigned long)pcscError);
	return other;
}
