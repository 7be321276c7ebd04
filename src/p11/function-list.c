/* SPDX-License-Identifier: BSD-2-Clause */
#include "p11/function-list.h"

#include "p11/entry.h"
#include "p11/interface.h"

#define LIST(function) .function = function

/*
 * The exported functions are listed by their hidden twins: another module that the process loaded
 * first could otherwise put its own in their place.
 */
#define FUNCTIONS_2_40                                                                             \
	LIST(C_Initialize), LIST(C_Finalize), LIST(C_GetInfo), LIST(C_GetSlotList),                \
		LIST(C_GetSlotInfo), LIST(C_GetTokenInfo), LIST(C_GetMechanismList),               \
		LIST(C_GetMechanismInfo), LIST(C_InitToken), LIST(C_InitPIN), LIST(C_SetPIN),      \
		LIST(C_OpenSession), LIST(C_CloseSession), LIST(C_CloseAllSessions),               \
		LIST(C_GetSessionInfo), LIST(C_GetOperationState), LIST(C_SetOperationState),      \
		LIST(C_Login), LIST(C_Logout), LIST(C_CreateObject), LIST(C_CopyObject),           \
		LIST(C_DestroyObject), LIST(C_GetObjectSize), LIST(C_GetAttributeValue),           \
		LIST(C_SetAttributeValue), LIST(C_FindObjectsInit), LIST(C_FindObjects),           \
		LIST(C_FindObjectsFinal), LIST(C_EncryptInit), LIST(C_Encrypt),                    \
		LIST(C_EncryptUpdate), LIST(C_EncryptFinal), LIST(C_DecryptInit), LIST(C_Decrypt), \
		LIST(C_DecryptUpdate), LIST(C_DecryptFinal), LIST(C_DigestInit), LIST(C_Digest),   \
		LIST(C_DigestUpdate), LIST(C_DigestKey), LIST(C_DigestFinal), LIST(C_SignInit),    \
		LIST(C_Sign), LIST(C_SignUpdate), LIST(C_SignFinal), LIST(C_SignRecoverInit),      \
		LIST(C_SignRecover), LIST(C_VerifyInit), LIST(C_Verify), LIST(C_VerifyUpdate),     \
		LIST(C_VerifyFinal), LIST(C_VerifyRecoverInit), LIST(C_VerifyRecover),             \
		LIST(C_DigestEncryptUpdate), LIST(C_DecryptDigestUpdate),                          \
		LIST(C_SignEncryptUpdate), LIST(C_DecryptVerifyUpdate), LIST(C_GenerateKey),       \
		LIST(C_GenerateKeyPair), LIST(C_WrapKey), LIST(C_UnwrapKey), LIST(C_DeriveKey),    \
		LIST(C_SeedRandom), LIST(C_GenerateRandom), LIST(C_GetFunctionStatus),             \
		LIST(C_CancelFunction), LIST(C_WaitForSlotEvent)

#define FUNCTIONS_3_0                                                                              \
	LIST(C_LoginUser), LIST(C_SessionCancel), LIST(C_MessageEncryptInit),                      \
		LIST(C_EncryptMessage), LIST(C_EncryptMessageBegin), LIST(C_EncryptMessageNext),   \
		LIST(C_MessageEncryptFinal), LIST(C_MessageDecryptInit), LIST(C_DecryptMessage),   \
		LIST(C_DecryptMessageBegin), LIST(C_DecryptMessageNext),                           \
		LIST(C_MessageDecryptFinal), LIST(C_MessageSignInit), LIST(C_SignMessage),         \
		LIST(C_SignMessageBegin), LIST(C_SignMessageNext), LIST(C_MessageSignFinal),       \
		LIST(C_MessageVerifyInit), LIST(C_VerifyMessage), LIST(C_VerifyMessageBegin),      \
		LIST(C_VerifyMessageNext), LIST(C_MessageVerifyFinal)

const CK_FUNCTION_LIST function_list_2_40 = {
	.version = {2, 40},
	.C_GetFunctionList = interface_get_function_list,
	FUNCTIONS_2_40,
};

const CK_FUNCTION_LIST_3_0 function_list_3_0 = {
	.version = {3, 0},
	.C_GetFunctionList = interface_get_function_list,
	.C_GetInterface = interface_get,
	.C_GetInterfaceList = interface_get_list,
	FUNCTIONS_2_40,
	FUNCTIONS_3_0,
};
