export type KeyUsage = 'ENCRYPT/DECRYPT' | 'SIGN/VERIFY' | 'GENERATE/VERIFY';
export type ProtectionLevel = 'SOFTWARE' | 'HSM';

interface SpecFacts {
  /** The usages that its keys can have; the first is the default. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]];
  /** The protection levels that its keys can have; the first is the default. */
  readonly levels: readonly [ProtectionLevel, ...ProtectionLevel[]];
  /** The length of the material of a symmetric or HMAC key in bytes; absent for RSA and EC. */
  readonly materialBytes?: number;
  /** Whether its keys are keys of a KMS instance: default keys cannot have it. */
  readonly needsInstance?: true;
}

const ANY_LEVEL = ['SOFTWARE', 'HSM'] as const;
/** SM2 and SM4 keys are made in managed HSMs (help 28947, "Create a CMK"). */
const HSM_ONLY = ['HSM'] as const;
const ENCRYPTS = ['ENCRYPT/DECRYPT'] as const;
const SIGNS = ['SIGN/VERIFY'] as const;
const SIGNS_OR_ENCRYPTS = ['SIGN/VERIFY', 'ENCRYPT/DECRYPT'] as const;

const AES_OF_HARDWARE = { usages: ENCRYPTS, levels: HSM_ONLY, needsInstance: true } as const;
const RSA = { usages: SIGNS_OR_ENCRYPTS, levels: ANY_LEVEL } as const;
const HMAC = { usages: ['GENERATE/VERIFY'], levels: ANY_LEVEL, needsInstance: true } as const;

/**
 * The specs of KMS keys (page "Key management types and key specifications"). A key that can sign is a signing key
 * unless it is told otherwise (page of CreateKey). No source names the specs of HMAC keys: here they are GenerateMac's
 * algorithms, and the material is as long as the MAC.
 */
const SPECS = {
  Aliyun_AES_256: { usages: ENCRYPTS, levels: ANY_LEVEL, materialBytes: 32 },
  Aliyun_AES_192: { ...AES_OF_HARDWARE, materialBytes: 24 },
  Aliyun_AES_128: { ...AES_OF_HARDWARE, materialBytes: 16 },
  Aliyun_SM4: { usages: ENCRYPTS, levels: HSM_ONLY, materialBytes: 16 },
  RSA_2048: RSA,
  RSA_3072: RSA,
  RSA_4096: { ...RSA, needsInstance: true },
  EC_P256: { usages: SIGNS, levels: ANY_LEVEL },
  EC_P256K: { usages: SIGNS, levels: ANY_LEVEL },
  EC_SM2: { usages: SIGNS_OR_ENCRYPTS, levels: HSM_ONLY },
  HMAC_SM3: { ...HMAC, materialBytes: 32 },
  HMAC_SHA_224: { ...HMAC, materialBytes: 28 },
  HMAC_SHA_256: { ...HMAC, materialBytes: 32 },
  HMAC_SHA_384: { ...HMAC, materialBytes: 48 },
  HMAC_SHA_512: { ...HMAC, materialBytes: 64 },
} as const satisfies Readonly<Record<string, SpecFacts>>;

export type KeySpec = keyof typeof SPECS;
export type SymmetricKeySpec = Extract<KeySpec, `Aliyun_${string}`>;
/** Specs whose keys are bytes: symmetric and HMAC keys. */
export type SecretKeySpec = SymmetricKeySpec | Extract<KeySpec, `HMAC_${string}`>;

export const KEY_SPECS = Object.keys(SPECS) as readonly KeySpec[];
export const KEY_USAGES: readonly KeyUsage[] = [
  'ENCRYPT/DECRYPT',
  'SIGN/VERIFY',
  'GENERATE/VERIFY',
];

/** The usages that keys of a spec can have; the first is the default. */
export function keyUsagesOf(keySpec: KeySpec): SpecFacts['usages'] {
  return SPECS[keySpec].usages;
}

/** The protection levels that keys of a spec can have; the first is the default. */
export function protectionLevelsOf(keySpec: KeySpec): SpecFacts['levels'] {
  return SPECS[keySpec].levels;
}

/** Whether keys of a spec belong to a KMS instance. */
export function needsInstance(keySpec: KeySpec): boolean {
  return 'needsInstance' in SPECS[keySpec];
}

/** Whether keys of a spec encrypt with AES or SM4. */
export function isSymmetricSpec(keySpec: KeySpec): keySpec is SymmetricKeySpec {
  return isSecretSpec(keySpec) && keyUsagesOf(keySpec)[0] === 'ENCRYPT/DECRYPT';
}

/** Whether keys of a spec are bytes, and no key pairs. */
export function isSecretSpec(keySpec: KeySpec): keySpec is SecretKeySpec {
  return 'materialBytes' in SPECS[keySpec];
}

/** The length of the material of symmetric and HMAC keys of a spec, in bytes. */
export function materialBytesOf(keySpec: SecretKeySpec): number {
  return SPECS[keySpec].materialBytes;
}
