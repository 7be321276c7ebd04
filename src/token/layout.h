/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_LAYOUT_H
#define JPKI_TOKEN_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The JPKI application of the card as one const table: files, PINs and keys
 * (card facts 1.1, 2.1, 3.3, 3.4, 5). Every file id fits a short id, which is its low byte.
 */

/* The two keys of a card; each is a PKCS#11 token of its own, with its own PIN. */
enum layout_key {
	LAYOUT_AUTH, /* 利用者証明用: logs in, 4-digit PIN */
	LAYOUT_SIGN, /* 署名用: signs documents, password of 6 to 16 characters */
	LAYOUT_KEYS,
};

struct layout_role {
	const char *name; /* for the log */
	uint16_t key_file;
	uint16_t pin_file;
	uint16_t certificate_file;
	uint16_t ca_file;
	size_t availability;	  /* which byte of EF 0008 is about this certificate */
	unsigned int tries;	  /* of a PIN that was never mistyped */
	size_t pin_min, pin_max;  /* in ASCII characters */
	bool pin_letters;	  /* A-Z besides 0-9 */
	bool certificate_private; /* readable after the PIN only (on plastic cards) */
	const char *label_en;	  /* token labels: PIN prompts show them */
	const char *label_ja;
	uint8_t id, ca_id;	  /* CKA_ID, the same as OpenSC's */
	const char *object_label; /* what OpenSC's object labels begin with */
};

extern const struct layout_role layout_roles[LAYOUT_KEYS];

#define LAYOUT_EF_TOKEN_INFO 0x0006
#define LAYOUT_TOKEN_INFO_SIZE 160
#define LAYOUT_EF_AVAILABILITY 0x0008
#define LAYOUT_AVAILABILITY_SIZE 3
#define LAYOUT_AVAILABLE 0x8f
#define LAYOUT_CERTIFICATE_TAG 0x30 /* what a file with a certificate begins with */

/* The largest PIN in bytes, the size of a file that holds a certificate, of an RSA-2048 signature.
 */
#define LAYOUT_PIN_MAX 16
#define LAYOUT_CERTIFICATE_MAX 3808
#define LAYOUT_SIGNATURE_SIZE 256
/* CKM_RSA_PKCS takes this much: the modulus less 11 bytes of padding. */
#define LAYOUT_SIGN_INPUT_MAX 245

struct layout_application {
	uint8_t aid[10];
	size_t aid_len;
};

extern const struct layout_application layout_jpki;

/*
 * Applications whose selection logs the JPKI one out (card fact 4); the first that is there serves,
 * and the first one only My Number cards have.
 */
#define LAYOUT_OTHERS 2
extern const struct layout_application layout_others[LAYOUT_OTHERS];

#endif
