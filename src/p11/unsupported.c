/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that this module has not, one line each: they say so at any time after
 * C_Initialize, whatever their arguments, as CKR_FUNCTION_NOT_SUPPORTED wants it (PKCS#11 2.40
 * 5.1.6: a stub that simply returns this).
 */
#include "p11/api.h"
#include "p11/entry.h"

/* Nobody looks at the arguments, so they have no names, as C2x allows and compilers before it. */
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
#pragma clang diagnostic ignored "-Wc2x-extensions"
#elif __GNUC__ >= 16
#pragma GCC diagnostic ignored "-Wmissing-parameter-name"
#endif

#define UNSUPPORTED(name, rv, ...)                                                                 \
	CK_RV name(__VA_ARGS__)                                                                    \
	{                                                                                          \
		return api_unsupported(rv);                                                        \
	}

/* What exists but refuses: a session that is none comes first (PKCS#11 2.40 5.1.7). */
#define REFUSED(name, rv, ...)                                                                     \
	CK_RV name(CK_SESSION_HANDLE session, __VA_ARGS__)                                         \
	{                                                                                          \
		return api_refused(session, rv);                                                   \
	}

/* What the functions of one kind have in common. */
#define SESSION CK_SESSION_HANDLE
#define INIT CK_SESSION_HANDLE, CK_MECHANISM_PTR, CK_OBJECT_HANDLE
#define IN CK_BYTE_PTR, CK_ULONG
#define OUT CK_BYTE_PTR, CK_ULONG_PTR
#define TEMPLATE CK_ATTRIBUTE_PTR, CK_ULONG
#define OBJECT CK_OBJECT_HANDLE
#define NEW_OBJECT CK_OBJECT_HANDLE_PTR
#define MECHANISM CK_MECHANISM_PTR
#define PARAMETER CK_VOID_PTR, CK_ULONG
#define NOT_SUPPORTED CKR_FUNCTION_NOT_SUPPORTED

/*
 * Nothing on the card but the PINs can be changed by its holder (card fact 2.1), and C_SetPIN is
 * for those. Programs show these codes to people, so "write protected" it is.
 */
REFUSED(C_CreateObject, CKR_TOKEN_WRITE_PROTECTED, TEMPLATE, NEW_OBJECT)
REFUSED(C_CopyObject, CKR_TOKEN_WRITE_PROTECTED, OBJECT, TEMPLATE, NEW_OBJECT)
REFUSED(C_DestroyObject, CKR_TOKEN_WRITE_PROTECTED, OBJECT)
REFUSED(C_SetAttributeValue, CKR_TOKEN_WRITE_PROTECTED, OBJECT, TEMPLATE)

/*
 * No random numbers are handed out. pkcs11-tool --test understands that from this code of
 * C_SeedRandom, and from no other.
 */
REFUSED(C_SeedRandom, CKR_RANDOM_NO_RNG, IN)
REFUSED(C_GenerateRandom, CKR_RANDOM_NO_RNG, IN)

/* PKCS#11 2.40 5.16: legacy functions, which answer this and nothing else. */
UNSUPPORTED(C_GetFunctionStatus, CKR_FUNCTION_NOT_PARALLEL, SESSION)
UNSUPPORTED(C_CancelFunction, CKR_FUNCTION_NOT_PARALLEL, SESSION)

/* No object's size matters. */
UNSUPPORTED(C_GetObjectSize, NOT_SUPPORTED, SESSION, OBJECT, CK_ULONG_PTR)

/* The card neither encrypts nor decrypts (card fact 3.4). */
UNSUPPORTED(C_EncryptInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_Encrypt, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_EncryptUpdate, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_EncryptFinal, NOT_SUPPORTED, SESSION, OUT)
UNSUPPORTED(C_DecryptInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_Decrypt, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptUpdate, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptFinal, NOT_SUPPORTED, SESSION, OUT)

/* Verifying needs no card: programs do it in software. No key is to be hashed. */
UNSUPPORTED(C_DigestKey, NOT_SUPPORTED, SESSION, OBJECT)
UNSUPPORTED(C_VerifyInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_Verify, NOT_SUPPORTED, SESSION, IN, IN)
UNSUPPORTED(C_VerifyUpdate, NOT_SUPPORTED, SESSION, IN)
UNSUPPORTED(C_VerifyFinal, NOT_SUPPORTED, SESSION, IN)

/* Signatures that carry their message. */
UNSUPPORTED(C_SignRecoverInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_SignRecover, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_VerifyRecoverInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_VerifyRecover, NOT_SUPPORTED, SESSION, IN, OUT)

/* Two at once. */
UNSUPPORTED(C_DigestEncryptUpdate, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptDigestUpdate, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_SignEncryptUpdate, NOT_SUPPORTED, SESSION, IN, OUT)
UNSUPPORTED(C_DecryptVerifyUpdate, NOT_SUPPORTED, SESSION, IN, OUT)

/* Keys are neither made nor moved here. */
UNSUPPORTED(C_GenerateKey, NOT_SUPPORTED, SESSION, MECHANISM, TEMPLATE, NEW_OBJECT)
UNSUPPORTED(C_GenerateKeyPair, NOT_SUPPORTED, SESSION, MECHANISM, TEMPLATE, TEMPLATE, NEW_OBJECT,
	    NEW_OBJECT)
UNSUPPORTED(C_WrapKey, NOT_SUPPORTED, SESSION, MECHANISM, OBJECT, OBJECT, OUT)
UNSUPPORTED(C_UnwrapKey, NOT_SUPPORTED, SESSION, MECHANISM, OBJECT, IN, TEMPLATE, NEW_OBJECT)
UNSUPPORTED(C_DeriveKey, NOT_SUPPORTED, SESSION, MECHANISM, OBJECT, TEMPLATE, NEW_OBJECT)

/* PKCS#11 3.0. */
UNSUPPORTED(C_LoginUser, NOT_SUPPORTED, SESSION, CK_USER_TYPE, IN, IN)
UNSUPPORTED(C_MessageEncryptInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_EncryptMessage, NOT_SUPPORTED, SESSION, PARAMETER, IN, IN, OUT)
UNSUPPORTED(C_EncryptMessageBegin, NOT_SUPPORTED, SESSION, PARAMETER, IN)
UNSUPPORTED(C_EncryptMessageNext, NOT_SUPPORTED, SESSION, PARAMETER, IN, OUT, CK_FLAGS)
UNSUPPORTED(C_MessageEncryptFinal, NOT_SUPPORTED, SESSION)
UNSUPPORTED(C_MessageDecryptInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_DecryptMessage, NOT_SUPPORTED, SESSION, PARAMETER, IN, IN, OUT)
UNSUPPORTED(C_DecryptMessageBegin, NOT_SUPPORTED, SESSION, PARAMETER, IN)
UNSUPPORTED(C_DecryptMessageNext, NOT_SUPPORTED, SESSION, PARAMETER, IN, OUT, CK_FLAGS)
UNSUPPORTED(C_MessageDecryptFinal, NOT_SUPPORTED, SESSION)
UNSUPPORTED(C_MessageSignInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_SignMessage, NOT_SUPPORTED, SESSION, PARAMETER, IN, OUT)
UNSUPPORTED(C_SignMessageBegin, NOT_SUPPORTED, SESSION, PARAMETER)
UNSUPPORTED(C_SignMessageNext, NOT_SUPPORTED, SESSION, PARAMETER, IN, OUT)
UNSUPPORTED(C_MessageSignFinal, NOT_SUPPORTED, SESSION)
UNSUPPORTED(C_MessageVerifyInit, NOT_SUPPORTED, INIT)
UNSUPPORTED(C_VerifyMessage, NOT_SUPPORTED, SESSION, PARAMETER, IN, IN)
UNSUPPORTED(C_VerifyMessageBegin, NOT_SUPPORTED, SESSION, PARAMETER)
UNSUPPORTED(C_VerifyMessageNext, NOT_SUPPORTED, SESSION, PARAMETER, IN, IN)
UNSUPPORTED(C_MessageVerifyFinal, NOT_SUPPORTED, SESSION)
