/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_PKCS11_V3_H
#define JPKI_PKCS11_V3_H

/*
 * What PKCS#11 3.0 adds to 2.40 and p11-kit's header up to 0.24 lacks: interfaces, the long
 * function list, message functions, profiles (OASIS, PKCS #11 Cryptographic Token Interface Base
 * Specification 3.0). jpki-pkcs11.h includes it; it steps aside where p11-kit's header knows 3.0
 * itself (from 0.25 on).
 */

#include <p11-kit/pkcs11.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Flags of an interface. */
#ifndef CKF_INTERFACE_FORK_SAFE
#define CKF_INTERFACE_FORK_SAFE 0x00000001UL
#endif

/* Flags of the message functions. */
#ifndef CKF_END_OF_MESSAGE
#define CKF_END_OF_MESSAGE 0x00000001UL
#endif

/* Flags of a mechanism; of what C_SessionCancel is to end, together with CKF_SIGN and the like. */
#ifndef CKF_MESSAGE_ENCRYPT
#define CKF_MESSAGE_ENCRYPT 0x00000002UL
#endif
#ifndef CKF_MESSAGE_DECRYPT
#define CKF_MESSAGE_DECRYPT 0x00000004UL
#endif
#ifndef CKF_MESSAGE_SIGN
#define CKF_MESSAGE_SIGN 0x00000008UL
#endif
#ifndef CKF_MESSAGE_VERIFY
#define CKF_MESSAGE_VERIFY 0x00000010UL
#endif
#ifndef CKF_MULTI_MESSAGE
#define CKF_MULTI_MESSAGE 0x00000020UL
#endif
#ifndef CKF_FIND_OBJECTS
#define CKF_FIND_OBJECTS 0x00000040UL
#endif

/* Profiles: an object that says what a token promises. */
#ifndef CKO_PROFILE
#define CKO_PROFILE 0x00000009UL
#endif
#ifndef CKA_PROFILE_ID
#define CKA_PROFILE_ID 0x00000601UL
#endif
#ifndef CKP_INVALID_ID
#define CKP_INVALID_ID 0x00000000UL
#endif
#ifndef CKP_BASELINE_PROVIDER
#define CKP_BASELINE_PROVIDER 0x00000001UL
#endif
#ifndef CKP_EXTENDED_PROVIDER
#define CKP_EXTENDED_PROVIDER 0x00000002UL
#endif
#ifndef CKP_AUTHENTICATION_TOKEN
#define CKP_AUTHENTICATION_TOKEN 0x00000003UL
#endif
#ifndef CKP_PUBLIC_CERTIFICATES_TOKEN
#define CKP_PUBLIC_CERTIFICATES_TOKEN 0x00000004UL
#endif
#ifndef CKP_VENDOR_DEFINED
#define CKP_VENDOR_DEFINED 0x80000000UL
#endif

/* Other attributes. */
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID 0x00000004UL
#endif

/* Results. */
#ifndef CKR_AEAD_DECRYPT_FAILED
#define CKR_AEAD_DECRYPT_FAILED 0x00000042UL
#endif
#ifndef CKR_TOKEN_RESOURCE_EXCEEDED
#define CKR_TOKEN_RESOURCE_EXCEEDED 0x00000201UL
#endif
#ifndef CKR_OPERATION_CANCEL_FAILED
#define CKR_OPERATION_CANCEL_FAILED 0x00000202UL
#endif

/* Values of CKA_CERTIFICATE_CATEGORY: of 2.40, but not in that header either. */
#ifndef CK_CERTIFICATE_CATEGORY_UNSPECIFIED
#define CK_CERTIFICATE_CATEGORY_UNSPECIFIED 0UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_TOKEN_USER
#define CK_CERTIFICATE_CATEGORY_TOKEN_USER 1UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_AUTHORITY
#define CK_CERTIFICATE_CATEGORY_AUTHORITY 2UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_OTHER_ENTITY
#define CK_CERTIFICATE_CATEGORY_OTHER_ENTITY 3UL
#endif

#if CRYPTOKI_VERSION_MAJOR < 3

typedef CK_ULONG CK_PROFILE_ID;
typedef CK_PROFILE_ID *CK_PROFILE_ID_PTR;

/*
 * A named table of functions, which begins with a CK_VERSION. The specification's own are called
 * "PKCS 11"; others begin with "Vendor ".
 */
typedef struct CK_INTERFACE {
	CK_UTF8CHAR_PTR pInterfaceName; /* NUL-terminated */
	CK_VOID_PTR pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;
typedef CK_INTERFACE *CK_INTERFACE_PTR;
typedef CK_INTERFACE_PTR *CK_INTERFACE_PTR_PTR;

typedef struct CK_FUNCTION_LIST_3_0 CK_FUNCTION_LIST_3_0;
typedef CK_FUNCTION_LIST_3_0 *CK_FUNCTION_LIST_3_0_PTR;
typedef CK_FUNCTION_LIST_3_0_PTR *CK_FUNCTION_LIST_3_0_PTR_PTR;

/* A function's type and its prototype; of these a module exports the first two. */
#define JPKI_DECLARE_FUNCTION(name, arguments)                                                     \
	typedef CK_RV(*CK_##name) arguments;                                                       \
	CK_RV name arguments

JPKI_DECLARE_FUNCTION(C_GetInterfaceList, (CK_INTERFACE_PTR list, CK_ULONG_PTR count));
JPKI_DECLARE_FUNCTION(C_GetInterface, (CK_UTF8CHAR_PTR name, CK_VERSION_PTR version,
				       CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags));
JPKI_DECLARE_FUNCTION(C_LoginUser,
		      (CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin,
		       CK_ULONG pinLen, CK_UTF8CHAR_PTR user, CK_ULONG userLen));
JPKI_DECLARE_FUNCTION(C_SessionCancel, (CK_SESSION_HANDLE session, CK_FLAGS flags));
JPKI_DECLARE_FUNCTION(C_MessageEncryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
					     CK_OBJECT_HANDLE key));
JPKI_DECLARE_FUNCTION(C_EncryptMessage,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR associatedData, CK_ULONG associatedDataLen, CK_BYTE_PTR plain,
		       CK_ULONG plainLen, CK_BYTE_PTR cipher, CK_ULONG_PTR cipherLen));
JPKI_DECLARE_FUNCTION(C_EncryptMessageBegin,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR associatedData, CK_ULONG associatedDataLen));
JPKI_DECLARE_FUNCTION(C_EncryptMessageNext,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR plain, CK_ULONG plainLen, CK_BYTE_PTR cipher,
		       CK_ULONG_PTR cipherLen, CK_FLAGS flags));
JPKI_DECLARE_FUNCTION(C_MessageEncryptFinal, (CK_SESSION_HANDLE session));
JPKI_DECLARE_FUNCTION(C_MessageDecryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
					     CK_OBJECT_HANDLE key));
JPKI_DECLARE_FUNCTION(C_DecryptMessage,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR associatedData, CK_ULONG associatedDataLen, CK_BYTE_PTR cipher,
		       CK_ULONG cipherLen, CK_BYTE_PTR plain, CK_ULONG_PTR plainLen));
JPKI_DECLARE_FUNCTION(C_DecryptMessageBegin,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR associatedData, CK_ULONG associatedDataLen));
JPKI_DECLARE_FUNCTION(C_DecryptMessageNext,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR cipher, CK_ULONG cipherLen, CK_BYTE_PTR plain,
		       CK_ULONG_PTR plainLen, CK_FLAGS flags));
JPKI_DECLARE_FUNCTION(C_MessageDecryptFinal, (CK_SESSION_HANDLE session));
JPKI_DECLARE_FUNCTION(C_MessageSignInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
					  CK_OBJECT_HANDLE key));
JPKI_DECLARE_FUNCTION(C_SignMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter,
				      CK_ULONG parameterLen, CK_BYTE_PTR data, CK_ULONG dataLen,
				      CK_BYTE_PTR signature, CK_ULONG_PTR signatureLen));
JPKI_DECLARE_FUNCTION(C_SignMessageBegin,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen));
JPKI_DECLARE_FUNCTION(C_SignMessageNext, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter,
					  CK_ULONG parameterLen, CK_BYTE_PTR data, CK_ULONG dataLen,
					  CK_BYTE_PTR signature, CK_ULONG_PTR signatureLen));
JPKI_DECLARE_FUNCTION(C_MessageSignFinal, (CK_SESSION_HANDLE session));
JPKI_DECLARE_FUNCTION(C_MessageVerifyInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism,
					    CK_OBJECT_HANDLE key));
JPKI_DECLARE_FUNCTION(C_VerifyMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter,
					CK_ULONG parameterLen, CK_BYTE_PTR data, CK_ULONG dataLen,
					CK_BYTE_PTR signature, CK_ULONG signatureLen));
JPKI_DECLARE_FUNCTION(C_VerifyMessageBegin,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen));
JPKI_DECLARE_FUNCTION(C_VerifyMessageNext,
		      (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, CK_ULONG parameterLen,
		       CK_BYTE_PTR data, CK_ULONG dataLen, CK_BYTE_PTR signature,
		       CK_ULONG signatureLen));
JPKI_DECLARE_FUNCTION(C_MessageVerifyFinal, (CK_SESSION_HANDLE session));

#undef JPKI_DECLARE_FUNCTION

/* The functions of CK_FUNCTION_LIST in the same order, then those of 3.0. */
struct CK_FUNCTION_LIST_3_0 {
	CK_VERSION version;
	CK_C_Initialize C_Initialize;
	CK_C_Finalize C_Finalize;
	CK_C_GetInfo C_GetInfo;
	CK_C_GetFunctionList C_GetFunctionList;
	CK_C_GetSlotList C_GetSlotList;
	CK_C_GetSlotInfo C_GetSlotInfo;
	CK_C_GetTokenInfo C_GetTokenInfo;
	CK_C_GetMechanismList C_GetMechanismList;
	CK_C_GetMechanismInfo C_GetMechanismInfo;
	CK_C_InitToken C_InitToken;
	CK_C_InitPIN C_InitPIN;
	CK_C_SetPIN C_SetPIN;
	CK_C_OpenSession C_OpenSession;
	CK_C_CloseSession C_CloseSession;
	CK_C_CloseAllSessions C_CloseAllSessions;
	CK_C_GetSessionInfo C_GetSessionInfo;
	CK_C_GetOperationState C_GetOperationState;
	CK_C_SetOperationState C_SetOperationState;
	CK_C_Login C_Login;
	CK_C_Logout C_Logout;
	CK_C_CreateObject C_CreateObject;
	CK_C_CopyObject C_CopyObject;
	CK_C_DestroyObject C_DestroyObject;
	CK_C_GetObjectSize C_GetObjectSize;
	CK_C_GetAttributeValue C_GetAttributeValue;
	CK_C_SetAttributeValue C_SetAttributeValue;
	CK_C_FindObjectsInit C_FindObjectsInit;
	CK_C_FindObjects C_FindObjects;
	CK_C_FindObjectsFinal C_FindObjectsFinal;
	CK_C_EncryptInit C_EncryptInit;
	CK_C_Encrypt C_Encrypt;
	CK_C_EncryptUpdate C_EncryptUpdate;
	CK_C_EncryptFinal C_EncryptFinal;
	CK_C_DecryptInit C_DecryptInit;
	CK_C_Decrypt C_Decrypt;
	CK_C_DecryptUpdate C_DecryptUpdate;
	CK_C_DecryptFinal C_DecryptFinal;
	CK_C_DigestInit C_DigestInit;
	CK_C_Digest C_Digest;
	CK_C_DigestUpdate C_DigestUpdate;
	CK_C_DigestKey C_DigestKey;
	CK_C_DigestFinal C_DigestFinal;
	CK_C_SignInit C_SignInit;
	CK_C_Sign C_Sign;
	CK_C_SignUpdate C_SignUpdate;
	CK_C_SignFinal C_SignFinal;
	CK_C_SignRecoverInit C_SignRecoverInit;
	CK_C_SignRecover C_SignRecover;
	CK_C_VerifyInit C_VerifyInit;
	CK_C_Verify C_Verify;
	CK_C_VerifyUpdate C_VerifyUpdate;
	CK_C_VerifyFinal C_VerifyFinal;
	CK_C_VerifyRecoverInit C_VerifyRecoverInit;
	CK_C_VerifyRecover C_VerifyRecover;
	CK_C_DigestEncryptUpdate C_DigestEncryptUpdate;
	CK_C_DecryptDigestUpdate C_DecryptDigestUpdate;
	CK_C_SignEncryptUpdate C_SignEncryptUpdate;
	CK_C_DecryptVerifyUpdate C_DecryptVerifyUpdate;
	CK_C_GenerateKey C_GenerateKey;
	CK_C_GenerateKeyPair C_GenerateKeyPair;
	CK_C_WrapKey C_WrapKey;
	CK_C_UnwrapKey C_UnwrapKey;
	CK_C_DeriveKey C_DeriveKey;
	CK_C_SeedRandom C_SeedRandom;
	CK_C_GenerateRandom C_GenerateRandom;
	CK_C_GetFunctionStatus C_GetFunctionStatus;
	CK_C_CancelFunction C_CancelFunction;
	CK_C_WaitForSlotEvent C_WaitForSlotEvent;
	CK_C_GetInterfaceList C_GetInterfaceList;
	CK_C_GetInterface C_GetInterface;
	CK_C_LoginUser C_LoginUser;
	CK_C_SessionCancel C_SessionCancel;
	CK_C_MessageEncryptInit C_MessageEncryptInit;
	CK_C_EncryptMessage C_EncryptMessage;
	CK_C_EncryptMessageBegin C_EncryptMessageBegin;
	CK_C_EncryptMessageNext C_EncryptMessageNext;
	CK_C_MessageEncryptFinal C_MessageEncryptFinal;
	CK_C_MessageDecryptInit C_MessageDecryptInit;
	CK_C_DecryptMessage C_DecryptMessage;
	CK_C_DecryptMessageBegin C_DecryptMessageBegin;
	CK_C_DecryptMessageNext C_DecryptMessageNext;
	CK_C_MessageDecryptFinal C_MessageDecryptFinal;
	CK_C_MessageSignInit C_MessageSignInit;
	CK_C_SignMessage C_SignMessage;
	CK_C_SignMessageBegin C_SignMessageBegin;
	CK_C_SignMessageNext C_SignMessageNext;
	CK_C_MessageSignFinal C_MessageSignFinal;
	CK_C_MessageVerifyInit C_MessageVerifyInit;
	CK_C_VerifyMessage C_VerifyMessage;
	CK_C_VerifyMessageBegin C_VerifyMessageBegin;
	CK_C_VerifyMessageNext C_VerifyMessageNext;
	CK_C_MessageVerifyFinal C_MessageVerifyFinal;
};

#endif /* CRYPTOKI_VERSION_MAJOR < 3 */

#ifdef __cplusplus
}
#endif

#endif
