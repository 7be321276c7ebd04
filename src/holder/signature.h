/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_SIGNATURE_H
#define JPKI_HOLDER_SIGNATURE_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/pem.h> /* before cms.h, which declares its PEM functions only then */

#include "holder/authority.h"
#include "holder/certificate.h"

/*
 * Checking a CMS signature (RFC 5652): whether it fits a content, and whose it is. No card, no
 * screen; the file is hostile input.
 */

enum signature_answer {
	SIGNATURE_FITS,
	SIGNATURE_CONTENT, /* the content is not what was signed */
	SIGNATURE_WRONG,   /* the key of the certificate did not make it */
	SIGNATURE_UNSAFE,  /* made with a hash that is not safe any more, or not known */
	SIGNATURE_BARE,	   /* without signed attributes, so it may belong to another content */
	SIGNATURE_OF_ATTRIBUTES,     /* the content is the signed attributes of another signature */
	SIGNATURE_OTHER_CERTIFICATE, /* the signer named another certificate than this one */
	SIGNATURE_NOT_FOR_SIGNING,   /* the certificate is not for signing documents */
	SIGNATURE_NO_CERTIFICATE,    /* it is not in the file, so nothing can be said */
};

/* One of those who signed. */
struct signer {
	X509 *certificate; /* part of the signature; NULL if it is not in the file */
	enum signature_answer answer;
	const char *digest; /* "SHA256" and so on, "?" if it is not known */
	bool is_timed;
	int64_t time; /* when it was signed, as the signer claims */
	bool is_dated;
	int64_t from, to; /* the certificate's dates */
	enum authority_answer authority;
	bool has_ca; /* the certificate of its authority is in the file */
	char year[AUTHORITY_YEAR];
};

struct signature {
	CMS_ContentInfo *cms;
	STACK_OF(X509) * certificates; /* all in the file */
	BIO *digests;		       /* what the content goes through */
	uint8_t head[64];	       /* the content's first bytes */
	uint64_t content_len;	       /* bytes of it seen so far */
	struct signer *signers;
	int count;
};

/* Whether the beginning of a file looks as if signature_open could read it. */
bool signature_looks_like_one(const uint8_t *data, size_t len);

/* What a file is. */
enum signature_form {
	SIGNATURE_IS_ONE,
	SIGNATURE_IS_NONE,
	SIGNATURE_IS_ACCOMPANIED, /* PEM, and something beside the one block or inside of it */
	SIGNATURE_IS_TOO_MUCH,	  /* more than the limits below */
};

/* Nobody needs more, and what has more would take long to look at. */
#define SIGNATURE_SIGNERS_MAX 50
#define SIGNATURE_CERTIFICATES_MAX 500
#define SIGNATURE_CERTIFICATE_SIZE_MAX 32768 /* bytes of DER; a card's has less than 2,048 */
/* Of the name of a signer's issuer; a key made for it takes 10 ms each. Later ones are not looked
 * at. */
#define SIGNATURE_AUTHORITIES_MAX 8

/*
 * Reads DER or BER that fills the data, or PEM (RFC 7468): one block with white space around it.
 * Whatever else is in a file was signed by nobody, so a file that has it is refused. Without
 * memory: SIGNATURE_IS_NONE. signature_close goes with it in any case.
 */
enum signature_form signature_open(struct signature *signature, const uint8_t *data, size_t len);
void signature_close(struct signature *signature);

/* Whether the content is in the file itself: signature_check then needs none. */
bool signature_is_enclosed(const struct signature *signature);

/* Gives it the next piece of the content, if that is not enclosed. */
bool signature_add(struct signature *signature, const uint8_t *data, size_t len);

/*
 * Fills in what is known of each signer, after all of the content; `authorities` is the path of the
 * list for authority_check. False without memory.
 */
bool signature_check(struct signature *signature, const char *authorities);

/* After signature_check: whether all who signed signed this content. */
bool signature_fits(const struct signature *signature);

/* The enclosed content, which stays the signature's; NULL if it is detached. */
const uint8_t *signature_content(const struct signature *signature, size_t *len);

/* Whether the certificate was within its dates at that time. */
bool signer_in_term(const struct signer *signer, int64_t time);

/*
 * Whether the time that the signer claims is one at which it can have been signed: within the
 * certificate's dates, if that is there, and no more than five minutes after `now`. No claim is
 * none to doubt.
 */
bool signer_time_is_good(const struct signer *signer, int64_t now);

/* After signature_check: what it comes to at `now`. Of several who signed, the worst decides. */
enum verdict signature_verdict(const struct signature *signature, int64_t now);

#endif
