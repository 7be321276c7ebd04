/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/sw.h"

#include <stddef.h>

struct row {
	uint16_t sw, mask;
	enum result result;
};

static const struct row rows[] = {
	{SW_OK, 0xffff, RESULT_OK},
	{SW_END_OF_FILE, 0xffff, RESULT_OK}, /* fewer bytes than asked for */
	{0x63c0, 0xffff, RESULT_PIN_BLOCKED},
	{SW_TRIES, SW_TRIES_MASK, RESULT_PIN_WRONG},
	{0x6700, 0xffff, RESULT_WRONG_LENGTH},
	{0x6982, 0xffff, RESULT_SECURITY_STATUS},
	{0x6983, 0xffff, RESULT_PIN_BLOCKED}, /* ISO's word for it */
	{0x6984, 0xffff, RESULT_PIN_BLOCKED}, /* JICSAP's word for it */
	{0x6985, 0xffff, RESULT_CONDITIONS},
	{0x6986, 0xffff, RESULT_NO_CURRENT_FILE},
	{0x6a80, 0xffff, RESULT_BAD_DATA},
	{0x6a82, 0xffff, RESULT_NOT_FOUND},
	{0x6a86, 0xffff, RESULT_WRONG_P1P2},
	{0x6b00, 0xffff, RESULT_PAST_END},
	{0x6d00, 0xffff, RESULT_NO_SUCH_COMMAND},
	{0x6e00, 0xffff, RESULT_NO_SUCH_COMMAND},
	/* Checking errors (ISO 7816-4 5.6): the command was not carried out. */
	{0x6700, 0xff00, RESULT_DECLINED},
	{0x6800, 0xff00, RESULT_DECLINED},
	{0x6900, 0xff00, RESULT_DECLINED},
	{0x6a00, 0xff00, RESULT_DECLINED},
	{0x6b00, 0xff00, RESULT_DECLINED},
	{0x6d00, 0xff00, RESULT_DECLINED},
	{0x6e00, 0xff00, RESULT_DECLINED},
};

enum result
sw_result(uint16_t sw)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((sw & rows[i].mask) == rows[i].sw)
			return rows[i].result;
	return RESULT_CARD_ERROR;
}
