/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/layout.h"

const struct layout_role layout_roles[LAYOUT_KEYS] = {
	[LAYOUT_AUTH] =
		{
			.name = "authentication",
			.key_file = 0x0017,
			.pin_file = 0x0018,
			.certificate_file = 0x000a,
			.ca_file = 0x000b,
			.availability = 1,
			.tries = 3,
			.pin_min = 4,
			.pin_max = 4,
			.pin_letters = false,
			.certificate_private = false,
			.label_en = "JPKI Auth 4-digit PIN",
			.label_ja = "JPKI 利用者証明 数字4桁",
			.id = 0x01,
			.ca_id = 0x03,
			.object_label = "User Authentication",
		},
	[LAYOUT_SIGN] =
		{
			.name = "signature",
			.key_file = 0x001a,
			.pin_file = 0x001b,
			.certificate_file = 0x0001,
			.ca_file = 0x0002,
			.availability = 0,
			.tries = 5,
			.pin_min = 6,
			.pin_max = 16,
			.pin_letters = true,
			.certificate_private = true,
			.label_en = "JPKI Sign 6-16 char password",
			.label_ja = "JPKI 署名用 英数字6-16桁",
			.id = 0x02,
			.ca_id = 0x04,
			.object_label = "Digital Signature",
		},
};

const struct layout_application layout_jpki = {
	{0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
	10,
};

const struct layout_application layout_others[LAYOUT_OTHERS] = {
	/* 券面入力補助 */
	{{0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08}, 10},
	/* The issuer security domain: back to the state after power-on. */
	{{0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00}, 7},
};
