/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds of some kinds of card only, and what single values mean to the holder. */
#include <string.h>

#include "tool/report/facts.h"
#include "tool/terminal/text.h"

/* clang-format off */
#define A_PHONE N_("A phone has PINs and certificates of its own, not those of your card.")
#define NAME_IS_FREE N_("Your name and address can be read without a PIN: report this, but not in public.")
#define STAYS_OPEN N_("The module does not log this card out: take it off the reader after use, and report this.")
#define KEY_IS_FREE N_("Bytes of the key for logging in can be read: report this, but not in public.")
#define AFTER_PIN N_("Programs see the certificate only after the PIN.")

/* Where a fact's own words are not those for this value. */
static const struct fact_value values[] = {
	{"kind", "phone", false, A_PHONE},
	{"kind", "iphone", false, A_PHONE},
	{"info-serial", "another", false, N_("It may be this card's own number, and is not in the report.")},
	{"other-applications", "absent", false, N_("The module takes the power from this card to log it out.")},
	{"certificates", "auth", false, N_("You can log in with this card, but not sign documents.")},
	{"certificates", "sign", false, N_("You can sign documents with this card, but not log in.")},
	{"certificates", "none", false, N_("You can neither log in nor sign documents with this card.")},
	{"auth-certificate", "pin-needed", false, AFTER_PIN},
	{"sign-certificate", "9000", true, NAME_IS_FREE},
	{"sign-certificate", "6282", true, NAME_IS_FREE},
	{"key-read", "9000", true, KEY_IS_FREE},
	{"key-read", "6282", true, KEY_IS_FREE},
	{"signature-without-pin", "signed", true, N_("The card signs without a PIN: keep it to yourself, and report this, but not in public.")},
	{"pins-locked", "auth", false, N_("You cannot log in until this PIN is set anew: see \"jpki-tool help locked\".")},
	{"pins-locked", "sign", false, N_("You cannot sign documents until this PIN is set anew: see \"jpki-tool help locked\".")},
	{"pins-locked", "both", false, N_("You cannot use this card until its PINs are set anew: see \"jpki-tool help locked\".")},
	{"signature", "wrong", true, N_("Signatures would not be right: do not use the module, and report this.")},
	{"pss-signature", "wrong", false, N_("The module refuses to hand out such a signature.")},
	{"login-after-leaving", "kept", true, STAYS_OPEN},
	{"login-after-isd", "kept", true, STAYS_OPEN},
	{"login-at-power-loss", "kept", true, STAYS_OPEN},
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
