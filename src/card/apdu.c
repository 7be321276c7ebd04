/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/apdu.h"

#include <string.h>

size_t
apdu_encode(const struct apdu *a, uint8_t out[APDU_COMMAND_MAX])
{
	size_t n = 0;

	if (a->data.len > APDU_DATA_MAX || a->le > APDU_LE_MAX || a->le == 0)
		return 0;
	out[n++] = a->cla;
	out[n++] = a->ins;
	out[n++] = a->p1;
	out[n++] = a->p2;
	if (a->data.len > 0) {
		out[n++] = (uint8_t)a->data.len;
		memcpy(out + n, a->data.data, a->data.len);
		n += a->data.len;
	}
	if (a->le != APDU_NO_LE)
		out[n++] = (uint8_t)(a->le & 0xff); /* 256 is written as 00 */
	return n;
}
