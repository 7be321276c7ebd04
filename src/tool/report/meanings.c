/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds of some kinds of card only, and what single values mean to the holder. */
#include <string.h>

#include "tool/report/facts.h"
#include "tool/terminal/text.h"

/* clang-format off */
#define A_PHONE N_("A phone has PINs and certificates of its own, not those of your card.")
#define NAME_IS_FREE N_("Your name and address can be read without a PIN: report this, but not in public.")
#define STAYS_OPEN N_("The module does not log this card out: take it off the reader after use, and report this, but not in public.")
#define KEY_IS_FREE N_("Bytes of the key for logging in can be read: report this, but not in public.")
#define BY_LIST FACT_EXPECTED /* if the list of what is expected has it */
#define AFTER_PIN N_("Programs see the certificate only after the PIN.")

/* Where a fact's own words are not those for this value. */
static const struct fact_value values[] = {
	{"kind", "phone", BY_LIST, A_PHONE},
	{"kind", "iphone", BY_LIST, A_PHONE},
	{"info-serial", "another", BY_LIST, N_("It may be this card's own number, and is not in the report.")},
	{"other-applications", "absent", BY_LIST, N_("The module takes the power from this card to log it out.")},
	{"certificates", "auth", BY_LIST, N_("You can log in with this card, but not sign documents.")},
	{"certificates", "sign", BY_LIST, N_("You can sign documents with this card, but not log in.")},
	{"certificates", "none", BY_LIST, N_("You can neither log in nor sign documents with this card.")},
	{"auth-certificate", "pin-needed", BY_LIST, AFTER_PIN},
	{"sign-certificate", "9000", FACT_PROBLEM, NAME_IS_FREE},
	{"sign-certificate", "6282", FACT_PROBLEM, NAME_IS_FREE},
	{"key-read", "9000", FACT_PROBLEM, KEY_IS_FREE},
	{"key-read", "6282", FACT_PROBLEM, KEY_IS_FREE},
	{"signature-without-pin", "signed", FACT_PROBLEM, N_("The card signs without a PIN: keep it to yourself, and report this, but not in public.")},
	{"signature-without-pin", "no-pin-asked", FACT_NEW, N_("No answer asked for the PIN: this card may sign without one. Tell of it, but not in public.")},
	{"pins-locked", "auth", BY_LIST, N_("You cannot log in until this PIN is set anew: see \"jpki-tool help locked\".")},
	{"pins-locked", "sign", BY_LIST, N_("You cannot sign documents until this PIN is set anew: see \"jpki-tool help locked\".")},
	{"pins-locked", "both", BY_LIST, N_("You cannot use this card until its PINs are set anew: see \"jpki-tool help locked\".")},
	{"signature", "wrong", FACT_PROBLEM, N_("Signatures would not be right: do not use the module, and report this, but not in public.")},
	{"pss-signature", "wrong", BY_LIST, N_("The module refuses to hand out such a signature.")},
	{"login-after-leaving", "kept", FACT_PROBLEM, STAYS_OPEN},
	{"login-after-isd", "kept", FACT_PROBLEM, STAYS_OPEN},
	{"login-at-power-loss", "kept", FACT_PROBLEM, STAYS_OPEN},
};
/* clang-format on */

const struct fact_value *
fact_value(const struct fact *fact, const char *value)
{
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strcmp(values[i].fact, fact->name) == 0 && strcmp(values[i].value, value) == 0)
			return &values[i];
	return NULL;
}

const char *
fact_expected_of(const struct fact *fact, const char *kind)
{
	if (strcmp(kind, "card") != 0 && strcmp(fact->name, "auth-certificate") == 0)
		return strcmp(kind, "phone") == 0 ? "pin-needed" : NULL;
	return fact->expected;
}
