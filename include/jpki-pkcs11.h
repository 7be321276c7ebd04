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
#define JPKI_INTERFACE_VERSION_MINOR 3

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

/*
 * Harmless questions to a card, about what is not certain of My Number cards in general: none
 * spends a try, changes anything or asks for anything personal.
 */
enum jpki_probe_state {
	JPKI_PROBE_NOT_SENT, /* there was no occasion */
	JPKI_PROBE_ANSWERED,
	JPKI_PROBE_LOST, /* sent, and the reader had no answer */
};

#define JPKI_PROBE_KEY_OTHER 0
#define JPKI_PROBE_KEY_RSA 1
#define JPKI_PROBE_KEY_EC 2

#define JPKI_PROBES_MAX 120
#define JPKI_PROBE_DATA 120

struct jpki_probe {
	const char *name;	/* as in the report, static storage */
	const char *facts;	/* the sections of the facts on the card that it is about */
	const CK_BYTE *command; /* what is sent, but for a PIN and a file's offset; NULL: a reset,
				   or the power taken and given */
	CK_ULONG command_len;
	CK_BBOOL needs_pin; /* sent after the PIN, if there is one */

	enum jpki_probe_state state;
	CK_ULONG sw; /* status word */
	/* Of what came with it; of the file, where that was looked for: of a certificate's file of
	 * another size than the one that is known, in whole reads of 256 bytes. */
	CK_ULONG length;
	CK_ULONG microseconds; /* the exchange took */
	/*
	 * What is kept of the answer: the first bytes of some, none of most. Of a certificate:
	 * JPKI_PROBE_KEY_*, the bits of the key (two bytes), whether its exponent is 65537. Of a
	 * signature: whether it is right. Of the document key's certificate, which should not have
	 * come: whether it is one. Of the token information: label (32), model (16), whether
	 * the serial number is that of the surveyed card, whether its time is none, flags (4), the
	 * longest and the shortest PIN (4 each), versions of hardware and firmware (2 each).
	 */
	CK_BYTE data[JPKI_PROBE_DATA];
	CK_ULONG data_len;
};

#define JPKI_ATR_MAX 33

struct jpki_probe_report {
	CK_ULONG size;	/* in: sizeof(struct jpki_probe_report) */
	CK_BBOOL alone; /* no other program was connected: the card was powered anew and, if it is
			 * contactless, reset */
	CK_BYTE atr[JPKI_ATR_MAX];
	CK_ULONG atr_len;
	CK_ULONG protocol; /* T= */
	CK_ULONG lost;	   /* answers, whereupon no PIN was sent any more, and some were left out */
	CK_ULONG count;
	struct jpki_probe probes[JPKI_PROBES_MAX];
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

	/*
	 * Since 1.2: what probe_card sends, in order, with no answers. Asks no card. CKR_OK,
	 * CKR_ARGUMENTS_BAD, CKR_CRYPTOKI_NOT_INITIALIZED as above.
	 */
	CK_RV (*list_probes)(struct jpki_probe_report *report);

	/*
	 * Since 1.2: sends them to the card in a slot, which is logged out afterwards, and fills in
	 * the answers, also where it ends before its end. To a card that is no My Number card
	 * nothing is sent beyond the look that tells so: CKR_TOKEN_NOT_PRESENT. As above, and
	 * CKR_USER_ALREADY_LOGGED_IN (somebody in this process is), CKR_DEVICE_ERROR,
	 * CKR_HOST_MEMORY.
	 */
	CK_RV (*probe_card)(CK_SLOT_ID slot, struct jpki_probe_report *report);

	/*
	 * Since 1.2: the same with the PIN of the log-in key, which is presented once, to the card
	 * that the session was opened on, if all its tries are there: else CKR_FUNCTION_REJECTED.
	 * As above, and CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_INVALID (refused before),
	 * CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_REMOVED.
	 */
	CK_RV (*probe_card_with_pin)(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin,
				     CK_ULONG pin_len, struct jpki_probe_report *report);

	/*
	 * Since 1.3: how many tries whoever types the PINs of this session was told to be left:
	 * where fewer are, C_Login and C_SetPIN send nothing and say CKR_FUNCTION_REJECTED. 0: none
	 * in particular, as it is before. Asks no card. CKR_OK, CKR_SESSION_HANDLE_INVALID,
	 * CKR_CRYPTOKI_NOT_INITIALIZED.
	 */
	CK_RV (*tell_tries)(CK_SESSION_HANDLE session, CK_ULONG tries);
};

#endif
