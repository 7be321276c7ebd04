/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_PKCS11_H
#define JPKI_PKCS11_H

/*
 * jpki-pkcs11's own interface: what standard PKCS#11 cannot say about a My Number card.
 *
 *	CK_INTERFACE *interface;
 *	CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
 *	if (C_GetInterface(name, NULL, &interface, 0) == CKR_OK) {
 *		const struct jpki_functions *jpki = interface->pFunctionList;
 *		struct jpki_slot_status status = { .size = sizeof status };
 *		jpki->get_slot_status(slot, &status);
 *	}
 */

#ifndef CRYPTOKI_COMPAT
#define CRYPTOKI_COMPAT 1
#endif
#include <p11-kit/pkcs11.h>

#include "pkcs11-v3.h"

#define JPKI_INTERFACE_NAME "Vendor jpki-pkcs11"
#define JPKI_INTERFACE_VERSION_MAJOR 1
#define JPKI_INTERFACE_VERSION_MINOR 1

/* What lies in the reader. */
enum jpki_card_kind {
	JPKI_CARD_NONE,	   /* nothing */
	JPKI_CARD_UNKNOWN, /* something that could not be asked yet (see reason) */
	JPKI_CARD_FOREIGN, /* no My Number card: it has no JPKI application */
	JPKI_CARD_JUKI,	   /* an old 住基 card, whose JPKI certificates have all expired */
	JPKI_CARD_MYNUMBER,
	JPKI_CARD_ANDROID,
	JPKI_CARD_IPHONE,
};

/* Why a slot has no token. */
enum jpki_reason {
	JPKI_REASON_NONE,	     /* it has one */
	JPKI_REASON_NO_SERVICE,	     /* pcscd is not running */
	JPKI_REASON_REFUSED,	     /* pcscd turns this program away: its policy does not let this
				      * user or session in, or it serves all the programs it can */
	JPKI_REASON_NO_READER,	     /* no reader was found, or this one was unplugged */
	JPKI_REASON_NO_CARD,	     /* the reader is empty */
	JPKI_REASON_BUSY,	     /* another program holds the reader for itself */
	JPKI_REASON_NO_ANSWER,	     /* the card does not answer properly: laid askew, or broken */
	JPKI_REASON_FOREIGN_CARD,    /* another kind of card */
	JPKI_REASON_JUKI_CARD,	     /* an old 住基 card */
	JPKI_REASON_NO_CERTIFICATE,  /* the card was issued without this certificate */
	JPKI_REASON_BAD_CERTIFICATE, /* what the card holds is not a certificate this module can use
				      */
	JPKI_REASON_STRANGE_CARD,    /* answers, but as no My Number card does: another kind? */
};

/* Whether the card itself makes RSASSA-PSS signatures, which TLS 1.3 needs. */
enum jpki_pss {
	JPKI_PSS_UNKNOWN,
	JPKI_PSS_NO,
	JPKI_PSS_YES,
};

#define JPKI_TRIES_UNKNOWN (-1)

struct jpki_slot_status {
	CK_ULONG size;	  /* in: sizeof(struct jpki_slot_status) */
	char reader[128]; /* PC/SC name, UTF-8, NUL-terminated; empty without a reader */
	enum jpki_card_kind card;
	enum jpki_reason reason;  /* why there is no token */
	CK_BBOOL signature_token; /* CK_TRUE: the signing key's slot; CK_FALSE: the log-in key's */
	int tries_left;		  /* asked from the card now, without spending one;
				   * 0: locked; JPKI_TRIES_UNKNOWN: could not be asked */
	int tries_allowed;	  /* 3 or 5 */
	enum jpki_pss pss;
};

#define JPKI_READERS_MAX 32

struct jpki_reader {
	char name[128];	 /* as pcscd has it, NUL-terminated */
	CK_BBOOL hidden; /* CK_TRUE: the setting `reader` leaves it out, so it has no slots */
};

struct jpki_reader_list {
	CK_ULONG size; /* in: sizeof(struct jpki_reader_list) */
	enum jpki_reason
		service;   /* JPKI_REASON_NONE; _NO_SERVICE or _REFUSED: no reader can be seen */
	char setting[256]; /* the setting `reader`; empty: all readers are used */
	char source[1024]; /* where it was read: FILE:LINE, or a variable's name */
	CK_ULONG count;
	struct jpki_reader readers[JPKI_READERS_MAX]; /* all that are plugged in */
};

struct jpki_asking {
	CK_ULONG size;	   /* in: sizeof(struct jpki_asking) */
	CK_BBOOL by_agent; /* the setting ask-pin says that the user's agent asks for PINs */
	CK_BBOOL excepted; /* this program is one of those that ask themselves all the same */
	CK_BBOOL is_there; /* an agent of this user's is running, or would be started */
	char excepts[256]; /* the setting ask-pin-agent-not-for */
};

struct jpki_functions {
	CK_VERSION version; /* JPKI_INTERFACE_VERSION_* */

	/*
	 * Says what is in a slot. Talks to the card: may wait while another program uses it.
	 * CKR_OK (also where there is no token: see reason), CKR_ARGUMENTS_BAD (NULL, or a size
	 * this version does not know), CKR_SLOT_ID_INVALID, CKR_CRYPTOKI_NOT_INITIALIZED.
	 */
	CK_RV (*get_slot_status)(CK_SLOT_ID slot, struct jpki_slot_status *status);

	/*
	 * Since 1.1: which readers there are, and which of them the setting `reader` hides. Asks
	 * pcscd, never a card. CKR_OK, CKR_ARGUMENTS_BAD, CKR_CRYPTOKI_NOT_INITIALIZED as above.
	 */
	CK_RV (*get_readers)(struct jpki_reader_list *list);

	/*
	 * Since 1.1: who asks the user for PINs. Asks no card. CKR_OK, CKR_ARGUMENTS_BAD,
	 * CKR_CRYPTOKI_NOT_INITIALIZED as above.
	 */
	CK_RV (*get_asking)(struct jpki_asking *asking);
};

#endif
