/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STORE_PEOPLE_H
#define JPKI_SIM_STORE_PEOPLE_H

#include <stdbool.h>

#include "sim/base/dates.h"

/* The ready-made people: whose card it is, and what is special about it. */

/* What is on the card beside what everybody's has; bits, see also SIM_ON_AUTH and SIM_ON_SIGN. */
enum sim_oddity {
	SIM_ODD_NOTHING,
	SIM_ODD_RANDOM_BYTES,	 /* no certificate at all in the file */
	SIM_ODD_LENGTH_PAST_END, /* a certificate whose outer length leaves the file */
	SIM_ODD_RSA_1024,
	SIM_ODD_EC_P384
};

#define SIM_ON_AUTH 1u
#define SIM_ON_SIGN 2u
#define SIM_ON_BOTH (SIM_ON_AUTH | SIM_ON_SIGN)

/* The description of one ready-made person; days are counted from the date of making. */
struct sim_person {
	const char *name;    /* "near-expiry" */
	const char *summary; /* one line for the user */
	const char *kind;    /* "card", "phone", "iphone", "foreign" */
	const char *label;   /* of EF 0006; NULL: that of a My Number card */
	const struct sim_identity *identity;
	int age;	  /* where the point is an age near today, else 0: see sim_person_birth */
	int birthday_in;  /* days until the birthday on which that age is reached; 0: any */
	int issued_in;	  /* days until the issue of the certificates: 0 or negative */
	bool renewed;	  /* the pair of issued_in was renewed at the date of making */
	unsigned int has; /* SIM_ON_…: which certificates */
	unsigned int locked;
	unsigned int odd_on;
	enum sim_oddity oddity;
	int revoked_in;		     /* days until the signing certificate's revocation; 0: none */
	const char *switches[2 + 1]; /* "name=value", ended by NULL */
};

/* Who the holder is, as it stands in the signing certificate. */
struct sim_identity {
	struct sim_date birth;
	const char *name;
	const char *name_flags;
	const char *sex;
	const char *address;
	const char *address_flags;
	const char *prefecture;
	const char *city;
	const char *municipality; /* the code of five digits */
};

/*
 * The holder's birth date: the identity's own, the same whenever the card is made. Whose point is
 * a date near today has one reckoned from `now`: `age` is reached `birthday_in` days later, or,
 * where that is 0, was reached on the last birthday.
 */
struct sim_date sim_person_birth(const struct sim_person *person, int64_t now);

extern const struct sim_person sim_people[]; /* ended by one without a name */

/* NULL when there is no such person. */
const struct sim_person *sim_person_find(const char *name);

#endif
