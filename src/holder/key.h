/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_KEY_H
#define JPKI_HOLDER_KEY_H

/* The two keys of a card, each with a certificate and a PIN of its own. */
enum key {
	KEY_AUTH, /* 利用者証明用: for logging in; a PIN of 4 digits */
	KEY_SIGN, /* 署名用: for signing documents; a password of 6 to 16 letters and digits */
	KEYS
};

#endif
