/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdio.h>
#include <winscard.h>

#include "sim/standin/codes.h"

#define EXPORT __attribute__((visibility("default")))

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
	snprintf(other, sizeof other, "Error 0x%08lX.", (unsigned long)pcscError);
	return other;
}
