/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_CODES_H
#define JPKI_SIM_STANDIN_CODES_H

/* The results of PC/SC calls that have names: ROW(code, what pcsc_stringify_error says of it). */
/* clang-format off */
#define PCSC_CODES(ROW) \
	ROW(SCARD_S_SUCCESS, "Success.") \
	ROW(SCARD_F_INTERNAL_ERROR, "Internal error.") \
	ROW(SCARD_E_CANCELLED, "Cancelled by SCardCancel.") \
	ROW(SCARD_E_INVALID_HANDLE, "Invalid handle.") \
	ROW(SCARD_E_INVALID_PARAMETER, "Invalid parameter.") \
	ROW(SCARD_E_NO_MEMORY, "Out of memory.") \
	ROW(SCARD_E_INSUFFICIENT_BUFFER, "Buffer too small.") \
	ROW(SCARD_E_UNKNOWN_READER, "Unknown reader.") \
	ROW(SCARD_E_TIMEOUT, "Timed out.") \
	ROW(SCARD_E_SHARING_VIOLATION, "Sharing violation.") \
	ROW(SCARD_E_NO_SMARTCARD, "No smart card in the reader.") \
	ROW(SCARD_E_PROTO_MISMATCH, "Card protocol mismatch.") \
	ROW(SCARD_E_NOT_READY, "Not ready.") \
	ROW(SCARD_E_INVALID_VALUE, "Invalid value.") \
	ROW(SCARD_E_SYSTEM_CANCELLED, "Cancelled by the system.") \
	ROW(SCARD_F_COMM_ERROR, "Connection to the service lost.") \
	ROW(SCARD_F_UNKNOWN_ERROR, "Unknown internal error.") \
	ROW(SCARD_E_NOT_TRANSACTED, "Transaction failed.") \
	ROW(SCARD_E_READER_UNAVAILABLE, "Reader unavailable.") \
	ROW(SCARD_E_NO_SERVICE, "Service not available.") \
	ROW(SCARD_E_SERVICE_STOPPED, "Service stopped.") \
	ROW(SCARD_E_UNSUPPORTED_FEATURE, "Feature not supported.") \
	ROW(SCARD_E_NO_READERS_AVAILABLE, "No reader available.") \
	ROW(SCARD_W_UNSUPPORTED_CARD, "Unsupported card.") \
	ROW(SCARD_W_UNRESPONSIVE_CARD, "Card unresponsive.") \
	ROW(SCARD_W_UNPOWERED_CARD, "Card unpowered.") \
	ROW(SCARD_W_RESET_CARD, "Card was reset.") \
	ROW(SCARD_W_REMOVED_CARD, "Card was removed.") \
	ROW(SCARD_W_SECURITY_VIOLATION, "Access denied.")
/* clang-format on */

#endif
