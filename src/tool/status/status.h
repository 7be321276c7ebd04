/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_STATUS_H
#define JPKI_TOOL_STATUS_H

#include "holder/certificate.h"
#include "holder/module.h"
#include "tool/terminal/options.h"

#include <jansson.h>

/* jpki-tool status: what was found out about each token, and the forms it is told in. */

struct validity {
	bool known; /* the certificate could be read */
	bool needs_pin;
	bool simulated;
	int64_t from, to;
	enum standing standing;
	int64_t days_left; /* in Japanese days: 0 is the last one; negative when ended */
	char id[17];	   /* of the certificate: 8 bytes of its SHA-256 in hex */
};

struct finding {
	struct reader *reader;
	bool shares_serial; /* with another card here */
	struct validity validity[KEYS];
};

struct findings {
	const struct module *module;
	struct finding *items;
	size_t count;
	int64_t now;
};

/* status-json.c */
json_t *status_json(const struct findings *findings);

/* status-ics.c: a calendar of the renewal windows and ends, RFC 5545; the caller frees it. */
char *status_ics(const struct findings *findings);

/* The command. */
enum tool_exit status_run(const struct options *options, char *arguments[]);

#endif
