/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/fault.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

void
faults_clear(struct faults *faults)
{
	struct fault *fault;

	while ((fault = faults->list)) {
		faults->list = fault->next;
		free(fault);
	}
}

/* The calls so far that the order counts. */
static unsigned long
counted(const struct faults *faults, const struct fault *fault)
{
	return fault->call == WIRE_ANY ? faults->total : faults->by_call[fault->call];
}

bool
faults_order(struct faults *faults, const char *text, char **error)
{
	struct fault *fault = sim_alloc(sizeof *fault), **at = &faults->list;

	if (!fault_read(fault, text, error)) {
		free(fault);
		return false;
	}
	if (fault->at != 0)
		fault->at += counted(faults, fault);
	fault->number = ++faults->numbers;
	while (*at)
		at = &(*at)->next;
	*at = fault;
	return true;
}

bool
fault_meets(const struct faults *faults, const struct fault *fault, enum wire_call call)
{
	if (fault->at == 0 || counted(faults, fault) < fault->at ||
	    (fault->struck > 0 && !fault->onwards))
		return false;
	if (fault->call != WIRE_ANY && fault->call != call)
		return false;
	return fault->group != FAULT_ANSWER || call == WIRE_TRANSMIT;
}

void
fault_struck(const struct faults *faults, struct fault *fault, enum wire_call call)
{
	fault->struck++;
	fault->struck_at = faults->total;
	fault->struck_in = call;
	if (fault->back != 0)
		fault->back_at = faults->total + fault->back;
}

json_t *
faults_list(const struct faults *faults)
{
	json_t *list = json_array();
	const struct fault *fault;

	for (fault = faults->list; fault; fault = fault->next) {
		bool struck = fault->struck > 0;

		json_array_append_new(
			list,
			json_pack("{s:i, s:s, s:I, s:o*, s:s*}", "number", (int)fault->number,
				  "order", fault->text, "struck", (json_int_t)fault->struck, "call",
				  struck ? json_integer((json_int_t)fault->struck_at) : NULL, "in",
				  struck ? fault_call_names[fault->struck_in] : NULL));
	}
	return list;
}

json_t *
faults_calls(const struct faults *faults)
{
	json_t *by_call = json_object();

	for (int i = WIRE_ANY + 1; i < WIRE_CALLS; i++)
		if (faults->by_call[i] > 0)
			json_object_set_new(by_call, fault_call_names[i],
					    json_integer((json_int_t)faults->by_call[i]));
	return json_pack("{s:I, s:o}", "total", (json_int_t)faults->total, "by_call", by_call);
}

void
faults_reset_calls(struct faults *faults)
{
	struct fault *fault;

	/* what was ordered relative to the old count stays as far away as it was */
	for (fault = faults->list; fault; fault = fault->next) {
		unsigned long gone = counted(faults, fault);

		if (fault->at != 0)
			fault->at = fault->at > gone ? fault->at - gone : 1;
		if (fault->back_at != 0)
			fault->back_at =
				fault->back_at > faults->total ? fault->back_at - faults->total : 1;
	}
	faults->total = 0;
	memset(faults->by_call, 0, sizeof faults->by_call);
}
