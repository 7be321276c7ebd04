/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>

#include "tests/module/case.h"

/* Hashes, each compared with OpenSSL's (PKCS#11 2.40 5.10, 3.0 5.12). */

static CK_SESSION_HANDLE session;

static const struct {
	CK_MECHANISM_TYPE type;
	const char *name;
	CK_ULONG size;
} hashes[] = {
	{CKM_SHA_1, "SHA1", 20},    {CKM_SHA224, "SHA224", 28}, {CKM_SHA256, "SHA256", 32},
	{CKM_SHA384, "SHA384", 48}, {CKM_SHA512, "SHA512", 64},
};
#define HASHES (sizeof hashes / sizeof hashes[0])

static uint8_t data[1000];

static int
set_up(void **state)
{
	(void)case_set_up(state);
	session = p11_open(f, SLOT_AUTH);
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7);
	return 0;
}

static CK_RV
begin(CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return f->C_DigestInit(session, &mechanism);
}

static void
assert_hash(size_t which, size_t len, const uint8_t *hash, CK_ULONG hash_len)
{
	uint8_t expected[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	assert_int_equal(EVP_Digest(data, len, expected, &size,
				    EVP_get_digestbyname(hashes[which].name), NULL),
			 1);
	assert_int_equal(hash_len, hashes[which].size);
	assert_int_equal(size, hash_len);
	assert_memory_equal(hash, expected, size);
}

static void
hash_whole(size_t which, size_t len)
{
	uint8_t hash[64];
	CK_ULONG hash_len = sizeof hash;

	assert_int_equal(begin(hashes[which].type), CKR_OK);
	assert_int_equal(f->C_Digest(session, len ? data : NULL, len, hash, &hash_len), CKR_OK);
	assert_hash(which, len, hash, hash_len);
}

static void
hash_pieces(size_t which, size_t len, size_t piece)
{
	uint8_t hash[64];
	CK_ULONG hash_len = sizeof hash;
	size_t n;

	assert_int_equal(begin(hashes[which].type), CKR_OK);
	for (size_t at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		assert_int_equal(f->C_DigestUpdate(session, data + at, n), CKR_OK);
	}
	assert_int_equal(f->C_DigestFinal(session, hash, &hash_len), CKR_OK);
	assert_hash(which, len, hash, hash_len);
}

static void
every_hash_is_the_one_that_openssl_makes(void **state)
{
	/* Around the lengths where padding takes another block: 64 bytes, and 128. */
	static const size_t lengths[] = {0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000};

	(void)state;
	for (size_t i = 0; i < HASHES; i++)
		for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
			hash_whole(i, lengths[k]);
			hash_pieces(i, lengths[k], 1);
			hash_pieces(i, lengths[k], 64);
		}
}

static void
data_and_hash_may_be_in_the_same_place(void **state)
{
	uint8_t both[64];
	CK_ULONG len = sizeof both;

	(void)state;
	memcpy(both, data, sizeof both);
	assert_int_equal(begin(CKM_SHA256), CKR_OK);
	assert_int_equal(f->C_Digest(session, both, sizeof both, both, &len), CKR_OK);
	assert_hash(2, sizeof both, both, len);
}

/* JSSE asks for it by C_GetMechanismInfo before it speaks TLS 1.3. */
static void
hashes_are_listed_behind_all_that_sign_and_are_not_the_cards(void **state)
{
	CK_MECHANISM_TYPE list[32];
	CK_MECHANISM_INFO info;
	CK_ULONG count = 32;

	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_int_equal(f->C_GetMechanismList(slot, list, &count), CKR_OK);
		assert_true(count > HASHES);
		for (CK_ULONG i = 0; i < count; i++) {
			assert_int_equal(f->C_GetMechanismInfo(slot, list[i], &info), CKR_OK);
			assert_int_equal(info.flags,
					 i < count - HASHES ? CKF_HW | CKF_SIGN : CKF_DIGEST);
		}
		for (size_t i = 0; i < HASHES; i++)
			assert_int_equal(list[count - HASHES + i], hashes[i].type);
	}
}

static void
a_mechanism_hashes_or_signs_never_both(void **state)
{
	static const CK_MECHANISM_TYPE others[] = {CKM_RSA_PKCS,    CKM_SHA256_RSA_PKCS, CKM_MD5,
						   CKM_SHA256_HMAC, CKM_SHA512_256,	 ~0UL};
	uint8_t parameter = 0;
	CK_MECHANISM with_parameter = {CKM_SHA256, &parameter, sizeof parameter};
	CK_MECHANISM signs = {CKM_SHA256, NULL, 0};
	CK_OBJECT_HANDLE key;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_int_equal(begin(others[i]), CKR_MECHANISM_INVALID);
	assert_int_equal(f->C_DigestInit(session, &with_parameter), CKR_MECHANISM_PARAM_INVALID);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	for (size_t i = 0; i < HASHES; i++) {
		signs.mechanism = hashes[i].type;
		assert_int_equal(f->C_SignInit(session, &signs, key), CKR_MECHANISM_INVALID);
	}
}

static void
asking_for_the_length_leaves_the_hash_under_way(void **state)
{
	uint8_t hash[64];
	CK_ULONG len;

	(void)state;
	for (size_t i = 0; i < HASHES; i++) {
		assert_int_equal(begin(hashes[i].type), CKR_OK);
		assert_int_equal(f->C_Digest(session, data, 3, NULL, &len), CKR_OK);
		assert_int_equal(len, hashes[i].size);
		len = hashes[i].size - 1;
		assert_int_equal(f->C_Digest(session, data, 3, hash, &len), CKR_BUFFER_TOO_SMALL);
		assert_int_equal(len, hashes[i].size);
		assert_int_equal(f->C_DigestUpdate(session, data, 3), CKR_OK);
		assert_int_equal(f->C_DigestFinal(session, NULL, &len), CKR_OK);
		len = 0;
		assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_BUFFER_TOO_SMALL);
		assert_int_equal(len, hashes[i].size);
		assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
		assert_hash(i, 3, hash, len);
	}
}

static void
assert_nothing_under_way(void)
{
	uint8_t hash[64];
	CK_ULONG len = sizeof hash;

	assert_int_equal(f->C_DigestUpdate(session, data, 1), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_Digest(session, data, 1, hash, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void
a_hash_begins_and_ends_where_the_standard_says(void **state)
{
	CK_FUNCTION_LIST_3_0 *f3 = NULL;
	CK_INTERFACE *interface;
	CK_C_GetInterface get;
	uint8_t hash[64];
	CK_ULONG len = sizeof hash;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterface");
	assert_int_equal(get(NULL, NULL, &interface, 0), CKR_OK);
	f3 = interface->pFunctionList;
	assert_nothing_under_way();
	assert_int_equal(f->C_DigestInit(session, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(begin(CKM_SHA256), CKR_OK);
	assert_int_equal(begin(CKM_SHA256), CKR_OPERATION_ACTIVE);
	/* C_Digest is no end of what C_DigestUpdate began (5.10). */
	assert_int_equal(f->C_DigestUpdate(session, data, 1), CKR_OK);
	assert_int_equal(f->C_Digest(session, data, 1, hash, &len), CKR_OPERATION_ACTIVE);
	assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
	assert_nothing_under_way();
	/* Bad arguments end it; NULL for a mechanism (3.0 5.12.1) and C_SessionCancel too. */
	assert_int_equal(begin(CKM_SHA_1), CKR_OK);
	assert_int_equal(f->C_DigestUpdate(session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_nothing_under_way();
	assert_int_equal(begin(CKM_SHA_1), CKR_OK);
	assert_int_equal(f->C_Digest(session, data, 1, hash, NULL), CKR_ARGUMENTS_BAD);
	assert_nothing_under_way();
	assert_int_equal(begin(CKM_SHA_1), CKR_OK);
	assert_int_equal(f->C_DigestFinal(session, hash, NULL), CKR_ARGUMENTS_BAD);
	assert_nothing_under_way();
	assert_int_equal(begin(CKM_SHA_1), CKR_OK);
	assert_int_equal(f->C_DigestInit(session, NULL), CKR_OK);
	assert_nothing_under_way();
	assert_int_equal(begin(CKM_SHA_1), CKR_OK);
	assert_int_equal(f3->C_SessionCancel(session, CKF_SIGN), CKR_OK);
	assert_int_equal(f->C_DigestUpdate(session, data, 1), CKR_OK);
	assert_int_equal(f3->C_SessionCancel(session, CKF_DIGEST), CKR_OK);
	assert_nothing_under_way();
	assert_int_equal(f->C_DigestKey(session, 1), CKR_FUNCTION_NOT_SUPPORTED);
}

static void
a_hash_and_a_signature_go_side_by_side(void **state)
{
	CK_MECHANISM mechanism = {CKM_SHA512_RSA_PKCS, NULL, 0};
	uint8_t hash[64], signature[256];
	CK_ULONG len = sizeof hash, signature_len = sizeof signature;
	CK_OBJECT_HANDLE key;
	EVP_PKEY *public_key;

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	public_key = p11_public_key(f, session);
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_OK);
	assert_int_equal(begin(CKM_SHA256), CKR_OK);
	assert_int_equal(f->C_SignUpdate(session, data, 500), CKR_OK);
	assert_int_equal(f->C_DigestUpdate(session, data, 500), CKR_OK);
	assert_int_equal(f->C_SignFinal(session, signature, &signature_len), CKR_OK);
	assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
	assert_hash(2, 500, hash, len);
	assert_true(verify_v15(public_key, "SHA512", data, 500, signature));
	EVP_PKEY_free(public_key);
}

/* What Java does for each copy of a MessageDigest. */
static void
a_hash_under_way_can_be_copied_to_another_session(void **state)
{
	CK_SESSION_HANDLE other = p11_open(f, SLOT_AUTH);
	uint8_t saved[1024], hash[64];
	CK_ULONG saved_len, len;

	(void)state;
	for (size_t i = 0; i < HASHES; i++) {
		assert_int_equal(begin(hashes[i].type), CKR_OK);
		assert_int_equal(f->C_DigestUpdate(session, data, 200), CKR_OK);
		assert_int_equal(f->C_GetOperationState(session, NULL, &saved_len), CKR_OK);
		assert_true(saved_len > 0 && saved_len <= sizeof saved);
		len = saved_len - 1;
		assert_int_equal(f->C_GetOperationState(session, saved, &len),
				 CKR_BUFFER_TOO_SMALL);
		assert_int_equal(f->C_GetOperationState(session, saved, &saved_len), CKR_OK);
		/* Instead of what is under way there. */
		assert_int_equal(f->C_SetOperationState(other, saved, saved_len, 0, 0), CKR_OK);
		assert_int_equal(f->C_SetOperationState(other, saved, saved_len, 0, 0), CKR_OK);
		assert_int_equal(f->C_DigestUpdate(other, data + 200, 300), CKR_OK);
		assert_int_equal(f->C_DigestUpdate(session, data + 200, 1), CKR_OK);
		len = sizeof hash;
		assert_int_equal(f->C_DigestFinal(other, hash, &len), CKR_OK);
		assert_hash(i, 500, hash, len);
		assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
		assert_hash(i, 201, hash, len);
	}
	assert_int_equal(f->C_GetOperationState(session, saved, &saved_len),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SetOperationState(session, saved, saved_len, 1, 0),
			 CKR_KEY_NOT_NEEDED);
}

static void
a_copy_that_is_none_is_refused_or_harmless(void **state)
{
	uint8_t saved[1024], forged[1024], hash[64];
	CK_ULONG saved_len = sizeof saved, len;
	CK_RV rv;

	(void)state;
	for (size_t i = 0; i < HASHES; i++) {
		saved_len = sizeof saved;
		assert_int_equal(begin(hashes[i].type), CKR_OK);
		assert_int_equal(f->C_DigestUpdate(session, data, 20), CKR_OK);
		assert_int_equal(f->C_GetOperationState(session, saved, &saved_len), CKR_OK);
		len = sizeof hash;
		assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
		for (CK_ULONG at = 0; at < saved_len; at++) {
			memcpy(forged, saved, saved_len);
			forged[at] ^= 0xff;
			rv = f->C_SetOperationState(session, forged, saved_len, 0, 0);
			if (rv != CKR_SAVED_STATE_INVALID && rv != CKR_OK)
				fail_msg("byte %lu: 0x%lx", at, rv);
			len = sizeof hash;
			if (rv == CKR_OK)
				assert_int_equal(f->C_Digest(session, data, 1000, hash, &len),
						 CKR_OPERATION_ACTIVE);
			if (rv == CKR_OK && f->C_DigestUpdate(session, data, 1000) == CKR_OK)
				assert_int_equal(f->C_DigestFinal(session, hash, &len), CKR_OK);
		}
		for (len = 0; len < saved_len; len++)
			assert_int_equal(f->C_SetOperationState(session, saved, len, 0, 0),
					 CKR_SAVED_STATE_INVALID);
		assert_int_equal(f->C_SetOperationState(session, saved, saved_len + 1, 0, 0),
				 CKR_SAVED_STATE_INVALID);
	}
	assert_int_equal(f->C_SetOperationState(session, NULL, 0, 0, 0), CKR_ARGUMENTS_BAD);
}

/* Another program has the card for itself in the middle of a transaction. */
static void
hashing_asks_no_card_and_waits_for_none(void **state)
{
	unsigned long before = harness_exchanges();
	char readers[1024];
	DWORD len = sizeof readers, protocol;
	SCARDCONTEXT context;
	SCARDHANDLE card;

	(void)state;
	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), 0);
	assert_int_equal(SCardListReaders(context, NULL, readers, &len), 0);
	assert_int_equal(SCardConnect(context, readers, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
				      &card, &protocol),
			 0);
	assert_int_equal(SCardBeginTransaction(card), 0);
	(void)alarm(HANG_SECONDS); /* waiting would be for ever */
	for (size_t i = 0; i < HASHES; i++) {
		hash_whole(i, 100);
		hash_pieces(i, 100, 10);
	}
	(void)alarm(0);
	assert_int_equal(SCardEndTransaction(card, SCARD_LEAVE_CARD), 0);
	(void)SCardReleaseContext(context);
	assert_int_equal(harness_exchanges(), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(every_hash_is_the_one_that_openssl_makes),
		TEST(data_and_hash_may_be_in_the_same_place),
		TEST(hashes_are_listed_behind_all_that_sign_and_are_not_the_cards),
		TEST(a_mechanism_hashes_or_signs_never_both),
		TEST(asking_for_the_length_leaves_the_hash_under_way),
		TEST(a_hash_begins_and_ends_where_the_standard_says),
		TEST(a_hash_and_a_signature_go_side_by_side),
		TEST(a_hash_under_way_can_be_copied_to_another_session),
		TEST(a_copy_that_is_none_is_refused_or_harmless),
		TEST(hashing_asks_no_card_and_waits_for_none),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
