/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_SETTINGS_H
#define JPKI_BASE_SETTINGS_H

#include <stdbool.h>

#include "base/log.h"

enum settings_pss { SETTINGS_PSS_AUTO, SETTINGS_PSS_ON, SETTINGS_PSS_OFF };

enum settings_ask { SETTINGS_ASK_PROGRAM, SETTINGS_ASK_AGENT };

#define SETTINGS_TEXT_MAX 256
#define SETTINGS_SOURCE_MAX 1024

/* What a user may set; doc/jpki-pkcs11.7 describes each. */
struct settings {
	bool japanese_labels;			       /* token-labels = english | japanese */
	bool ask_pin_each_signature;		       /* ask-pin-each-signature = no | yes */
	enum settings_ask ask_pin;		       /* ask-pin = program | agent */
	char ask_pin_agent_not_for[SETTINGS_TEXT_MAX]; /* patterns of executables' names */
	unsigned int ask_pin_agent_keep;	       /* seconds after the last session, 0 to 60 */
	bool hide_ca_certificates;		       /* hide-ca-certificates = no | yes */
	enum settings_pss pss;			       /* pss = auto | on | off */
	char reader[SETTINGS_TEXT_MAX]; /* reader = shell pattern of PC/SC reader names, all if
					   empty */
	char reader_source[SETTINGS_SOURCE_MAX]; /* where that was read: FILE:LINE, or the variable
						  */
	enum log_level log_level;		 /* log-level = error | warning | info | debug */
	char log_file[SETTINGS_TEXT_MAX]; /* log-file = stderr | syslog | none | absolute path */
};

/*
 * Reads the settings and opens the log they ask for. In rising order of weight: defaults,
 * $(sysconfdir)/jpki-pkcs11.conf, $XDG_CONFIG_HOME (or ~/.config)/jpki-pkcs11.conf, variables
 * JPKI_PKCS11_* (the names in capitals, - as _). A setuid program sees the system's file only.
 * A mistake is logged with file and line and otherwise ignored.
 */
void settings_load(struct settings *s);

#endif
