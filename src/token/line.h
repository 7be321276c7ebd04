/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_LINE_H
#define JPKI_TOKEN_LINE_H

#include <stdatomic.h>
#include <stdbool.h>

/*
 * The line that C_Finalize draws under the tokens of a module: no PIN is sent after it returned.
 * Whoever sends one crosses before, and is waited for.
 */
struct line {
	atomic_bool drawn;
	atomic_uint crossing;
};

/* False: it is too late. Else line_crossed() belongs to it, when the answer is there. */
bool line_cross(struct line *line);
void line_crossed(struct line *line);

bool line_is_drawn(const struct line *line);
void line_draw(struct line *line);

/*
 * Waits for those who were crossing when it was drawn: one exchange in a transaction that has
 * begun, so no other program is in the way. Five seconds at most: what a reader has not answered
 * by then was sent long before.
 */
void line_await(const struct line *line);

#endif
