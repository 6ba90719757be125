/** How the value of an attribute is laid out: CK_BBOOL, CK_ULONG, or bytes. */
type AttributeKind = 'flag' | 'number' | 'bytes';

/** The attributes that kmsx reads or sets, PKCS#11 3.1 §4. */
export const ATTRIBUTES = {
  CLASS: { type: 0x000, kind: 'number' },
  TOKEN: { type: 0x001, kind: 'flag' },
  PRIVATE: { type: 0x002, kind: 'flag' },
  LABEL: { type: 0x003, kind: 'bytes' },
  VALUE: { type: 0x011, kind: 'bytes' },
  KEY_TYPE: { type: 0x100, kind: 'number' },
  ID: { type: 0x102, kind: 'bytes' },
  SENSITIVE: { type: 0x103, kind: 'flag' },
  ENCRYPT: { type: 0x104, kind: 'flag' },
  DECRYPT: { type: 0x105, kind: 'flag' },
  WRAP: { type: 0x106, kind: 'flag' },
  UNWRAP: { type: 0x107, kind: 'flag' },
  SIGN: { type: 0x108, kind: 'flag' },
  VERIFY: { type: 0x10a, kind: 'flag' },
  MODULUS: { type: 0x120, kind: 'bytes' },
  MODULUS_BITS: { type: 0x121, kind: 'number' },
  PUBLIC_EXPONENT: { type: 0x122, kind: 'bytes' },
  VALUE_LEN: { type: 0x161, kind: 'number' },
  EXTRACTABLE: { type: 0x162, kind: 'flag' },
} as const satisfies Readonly<
  Record<string, { readonly type: number; readonly kind: AttributeKind }>
>;

export type AttributeName = keyof typeof ATTRIBUTES;

interface ValueOfKind {
  readonly flag: boolean;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Values of attributes by name, without the prefix `CKA_`. */
export type Attributes = {
  readonly [Name in AttributeName]?: ValueOfKind[(typeof ATTRIBUTES)[Name]['kind']];
};
