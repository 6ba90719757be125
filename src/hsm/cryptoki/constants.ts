/** Object classes, PKCS#11 3.1 §2.2. */
export const CLASSES = { 'public-key': 2, 'private-key': 3, 'secret-key': 4 } as const;

/** Key types, PKCS#11 3.1 §2.2. */
export const KEY_TYPES = { rsa: 0x00, 'generic-secret': 0x10, aes: 0x1f } as const;

/** Mechanisms that kmsx asks for, PKCS#11 3.1, Current Mechanisms. */
export const MECHANISMS = {
  'rsa-key-pair-gen': 0x0000,
  'rsa-oaep': 0x0009,
  sha256: 0x0250,
  'aes-ecb': 0x1081,
} as const;

/** What a mechanism can be used for: `CK_MECHANISM_INFO.flags`. */
export const MECHANISM_FLAGS = { generatePair: 1 << 16, unwrap: 1 << 18 } as const;

/** `CK_TOKEN_INFO.flags`, as far as kmsx acts on them. */
export const TOKEN_FLAGS = {
  WriteProtected: 1 << 1,
  LoginRequired: 1 << 2,
  ProtectedAuthenticationPath: 1 << 8,
  TokenInitialized: 1 << 10,
  UserPinInitialized: 1 << 3,
  UserPinCountLow: 1 << 16,
  UserPinFinalTry: 1 << 17,
  UserPinLocked: 1 << 18,
  UserPinToBeChanged: 1 << 19,
} as const;

export const SESSION_FLAGS = { readWrite: 1 << 1, serial: 1 << 2 } as const;

/** Hashes of OAEP: the mechanism of the hash, and the generation function with the same hash. */
export const OAEP_HASHES = {
  sha1: { hash: 0x0220, mgf: 1 },
  sha256: { hash: 0x0250, mgf: 2 },
} as const;

/** Return values, PKCS#11 3.1 §5: those that a call of kmsx can meet. */
export const RETURN_VALUES = {
  CKR_OK: 0x00,
  CKR_CANCEL: 0x01,
  CKR_HOST_MEMORY: 0x02,
  CKR_SLOT_ID_INVALID: 0x03,
  CKR_GENERAL_ERROR: 0x05,
  CKR_FUNCTION_FAILED: 0x06,
  CKR_ARGUMENTS_BAD: 0x07,
  CKR_CANT_LOCK: 0x0a,
  CKR_ATTRIBUTE_READ_ONLY: 0x10,
  CKR_ATTRIBUTE_SENSITIVE: 0x11,
  CKR_ATTRIBUTE_TYPE_INVALID: 0x12,
  CKR_ATTRIBUTE_VALUE_INVALID: 0x13,
  CKR_ACTION_PROHIBITED: 0x1b,
  CKR_DATA_INVALID: 0x20,
  CKR_DATA_LEN_RANGE: 0x21,
  CKR_DEVICE_ERROR: 0x30,
  CKR_DEVICE_MEMORY: 0x31,
  CKR_DEVICE_REMOVED: 0x32,
  CKR_ENCRYPTED_DATA_INVALID: 0x40,
  CKR_ENCRYPTED_DATA_LEN_RANGE: 0x41,
  CKR_FUNCTION_CANCELED: 0x50,
  CKR_FUNCTION_NOT_SUPPORTED: 0x54,
  CKR_KEY_HANDLE_INVALID: 0x60,
  CKR_KEY_SIZE_RANGE: 0x62,
  CKR_KEY_TYPE_INCONSISTENT: 0x63,
  CKR_KEY_INDIGESTIBLE: 0x67,
  CKR_KEY_FUNCTION_NOT_PERMITTED: 0x68,
  CKR_KEY_NOT_WRAPPABLE: 0x69,
  CKR_KEY_UNEXTRACTABLE: 0x6a,
  CKR_MECHANISM_INVALID: 0x70,
  CKR_MECHANISM_PARAM_INVALID: 0x71,
  CKR_OBJECT_HANDLE_INVALID: 0x82,
  CKR_OPERATION_ACTIVE: 0x90,
  CKR_OPERATION_NOT_INITIALIZED: 0x91,
  CKR_PIN_INCORRECT: 0xa0,
  CKR_PIN_INVALID: 0xa1,
  CKR_PIN_LEN_RANGE: 0xa2,
  CKR_PIN_EXPIRED: 0xa3,
  CKR_PIN_LOCKED: 0xa4,
  CKR_SESSION_CLOSED: 0xb0,
  CKR_SESSION_COUNT: 0xb1,
  CKR_SESSION_HANDLE_INVALID: 0xb3,
  CKR_SESSION_READ_ONLY: 0xb5,
  CKR_TEMPLATE_INCOMPLETE: 0xd0,
  CKR_TEMPLATE_INCONSISTENT: 0xd1,
  CKR_TOKEN_NOT_PRESENT: 0xe0,
  CKR_TOKEN_NOT_RECOGNIZED: 0xe1,
  CKR_TOKEN_WRITE_PROTECTED: 0xe2,
  CKR_UNWRAPPING_KEY_HANDLE_INVALID: 0xf0,
  CKR_UNWRAPPING_KEY_SIZE_RANGE: 0xf1,
  CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT: 0xf2,
  CKR_USER_ALREADY_LOGGED_IN: 0x100,
  CKR_USER_NOT_LOGGED_IN: 0x101,
  CKR_USER_PIN_NOT_INITIALIZED: 0x102,
  CKR_USER_TYPE_INVALID: 0x103,
  CKR_WRAPPED_KEY_INVALID: 0x110,
  CKR_WRAPPED_KEY_LEN_RANGE: 0x112,
  CKR_BUFFER_TOO_SMALL: 0x150,
  CKR_CRYPTOKI_NOT_INITIALIZED: 0x190,
  CKR_CRYPTOKI_ALREADY_INITIALIZED: 0x191,
  CKR_TOKEN_RESOURCE_EXCEEDED: 0x201,
} as const;

export type ReturnValueName = keyof typeof RETURN_VALUES;

/** The name of a return value; a number in hexadecimal where the standard has none that kmsx knows. */
export function returnValueName(value: number): string {
  const found = Object.entries(RETURN_VALUES).find(([, number]) => number === value);
  return found?.[0] ?? `0x${value.toString(16)}`;
}
