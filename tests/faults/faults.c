/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/faults.h"

#include <string.h>

#include "tests/faults/steps.h"

static const struct {
	CK_RV rv;
	unsigned int code;
} codes[] = {
	{CKR_DEVICE_ERROR, DEVICE_ERROR},      {CKR_USER_NOT_LOGGED_IN, NOT_LOGGED_IN},
	{CKR_PIN_INCORRECT, PIN_WRONG},	       {CKR_PIN_LOCKED, PIN_LOCKED},
	{CKR_PIN_INVALID, PIN_INVALID},	       {CKR_MECHANISM_INVALID, NO_MECHANISM},
	{CKR_KEY_HANDLE_INVALID, HANDLE_GONE}, {CKR_OBJECT_HANDLE_INVALID, HANDLE_GONE},
	{CKR_HOST_MEMORY, NO_MEMORY},
};

const struct fault faults[] = {
	{"card-removed", "card-removed", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"card-removed-during", "card-removed", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"card-swapped", "card-swapped", ":" OTHER_CARD, DEPARTURE, ALL_CALLS, REMOVED},
	{"card-swapped-during", "card-swapped", ":" OTHER_CARD ":during", DEPARTURE, ALL_CALLS,
	 REMOVED},
	{"slept", "slept", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"slept-swapped", "slept", ":" OTHER_CARD ":after", DEPARTURE, CARD_CALLS,
	 REMOVED | DEVICE_ERROR | NOT_LOGGED_IN | HANDLE_GONE},
	{"line-dead", "line-dead", "", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"line-dead-after", "line-dead", ":after", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"card-reset", "card-reset", "", UNNOTICED, ALL_CALLS, 0},
	{"card-reset-after", "card-reset", ":after", UNNOTICED, ALL_CALLS, 0},
	{"reset-ends", "reset-ends", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"app-selected", "app-selected", "", UNNOTICED, ALL_CALLS, 0},
	{"app-selected-after", "app-selected", ":after", UNNOTICED, ALL_CALLS, 0},
	{"reader-gone", "reader-gone", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"reader-gone-during", "reader-gone", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"service-stopped", "service-stopped", "", DEPARTURE, ALL_CALLS, REMOVED},
	{"service-stopped-during", "service-stopped", ":during", DEPARTURE, ALL_CALLS, REMOVED},
	{"comm-error", "comm-error", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"comm-error-during", "comm-error", ":during", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"connection-lost", "comm-error", "", DEPARTURE, OTHER_CALLS, REMOVED},
	{"connection-lost-during", "comm-error", ":during", DEPARTURE, OTHER_CALLS, REMOVED},
	{"sharing-violation", "sharing-violation", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"sharing-violation-during", "sharing-violation", ":during", HICCUP, TRANSMITS,
	 DEVICE_ERROR},
	{"timeout", "timeout", "", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"timeout-during", "timeout", ":during", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"no-memory", "error", ":SCARD_E_NO_MEMORY", HICCUP, ALL_CALLS, DEVICE_ERROR | NO_MEMORY},
	{"unresponsive", "error", ":SCARD_W_UNRESPONSIVE_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"unpowered", "error", ":SCARD_W_UNPOWERED_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"reset-reported", "error", ":SCARD_W_RESET_CARD", HICCUP, ALL_CALLS, DEVICE_ERROR},
	{"removed-reported", "error", ":SCARD_W_REMOVED_CARD", DEPARTURE, ALL_CALLS, REMOVED},
	{"invalid-handle", "error", ":SCARD_E_INVALID_HANDLE", DEPARTURE, ALL_CALLS, REMOVED},
	{"invalid-value", "error", ":SCARD_E_INVALID_VALUE", DEPARTURE, ALL_CALLS,
	 REMOVED | DEVICE_ERROR},
	{"comm-errors", "comm-error", "+", LASTING, TRANSMITS, DEVICE_ERROR},
	{"comm-errors-during", "comm-error", "+:during", LASTING, TRANSMITS, DEVICE_ERROR},
	{"sharing-violations", "sharing-violation", "+", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"timeouts", "timeout", "+", LASTING, CARD_CALLS, DEVICE_ERROR},
	{"truncated-to-0", "truncated", ":0", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"truncated-to-1", "truncated", ":1", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"truncated-to-2", "truncated", ":2", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"oversized-258", "oversized", ":258", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"oversized-300", "oversized", ":300", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"sw-random", "sw", "", LIE, TRANSMITS, SW_CODES},
	{"sw-random-during", "sw", ":during", LIE, TRANSMITS, SW_CODES},
	{"sw-6982", "sw", ":6982", LIE, TRANSMITS, SW_CODES},
	{"sw-63C0", "sw", ":63C0", LIE, TRANSMITS, SW_CODES},
	{"sw-63C1", "sw", ":63C1", LIE, TRANSMITS, SW_CODES},
	{"sw-6A82", "sw", ":6A82", LIE, TRANSMITS, SW_CODES},
	{"sw-6A86", "sw", ":6A86", LIE, TRANSMITS, SW_CODES},
	{"sw-6D00", "sw", ":6D00", LIE, TRANSMITS, SW_CODES},
	/* Refusals that a card may have for a short id, a key, a PIN. */
	{"sw-6700", "sw", ":6700", LIE, TRANSMITS, SW_CODES},
	{"sw-6981", "sw", ":6981", LIE, TRANSMITS, SW_CODES},
	{"sw-6983", "sw", ":6983", LIE, TRANSMITS, SW_CODES},
	{"sw-6984", "sw", ":6984", LIE, TRANSMITS, SW_CODES},
	{"sw-6985", "sw", ":6985", LIE, TRANSMITS, SW_CODES},
	{"sw-6986", "sw", ":6986", LIE, TRANSMITS, SW_CODES},
	{"sw-6A80", "sw", ":6A80", LIE, TRANSMITS, SW_CODES},
	{"sw-6A88", "sw", ":6A88", LIE, TRANSMITS, SW_CODES},
	/* Words of other people's cards. */
	{"sw-6A81", "sw", ":6A81", LIE, TRANSMITS, SW_CODES},
	{"sw-6300", "sw", ":6300", LIE, TRANSMITS, SW_CODES},
	{"sw-6882", "sw", ":6882", LIE, TRANSMITS, SW_CODES},
	{"sw-6999", "sw", ":6999", LIE, TRANSMITS, SW_CODES},
	{"sw-9100", "sw", ":9100", LIE, TRANSMITS, SW_CODES},
	{"sw-6581-during", "sw", ":6581:during", LIE, TRANSMITS, SW_CODES},
	{"sw-63C3", "sw", ":63C3", LIE, TRANSMITS, SW_CODES},
	{"sw-9000", "sw", ":9000", LIE, TRANSMITS, SW_CODES},
	{"sw-6F00", "sw", ":6F00", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"sw-6F00-during", "sw", ":6F00:during", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"61xx", "61xx", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{"6cxx", "6cxx", "", HICCUP, TRANSMITS, DEVICE_ERROR},
	{0},
};

unsigned int
fault_code(CK_RV rv)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].rv == rv)
			return codes[i].code;
	return 0;
}

bool
fault_is_at_look(const char *call)
{
	return strcmp(call, "establish") == 0 || strcmp(call, "listreaders") == 0 ||
	       strcmp(call, "statuschange") == 0;
}

bool
fault_is_swap(const struct fault *fault)
{
	return strstr(fault->options, OTHER_CARD) != NULL;
}

bool
fault_strikes(const struct fault *fault, const char *call)
{
	bool transmit = strcmp(call, "transmit") == 0;

	if (fault->calls == ALL_CALLS)
		return true;
	if (fault->calls == CARD_CALLS)
		return !fault_is_at_look(call);
	return (fault->calls == TRANSMITS) == transmit;
}
