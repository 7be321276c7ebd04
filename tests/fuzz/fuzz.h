/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_FUZZ_H
#define JPKI_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * A fuzz target (fuzz-*.c). libFuzzer calls it for ever with inputs that it makes; replay.c
 * calls it once for each file of its corpus. A target that finds something ends in abort().
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Its folder in tests/fuzz/corpus. */
extern const char fuzz_corpus[];

#endif
