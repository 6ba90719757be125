export type KeyUsage = 'ENCRYPT/DECRYPT' | 'SIGN/VERIFY';
export type ProtectionLevel = 'SOFTWARE' | 'HSM';

interface SpecFacts {
  /** The usages that its keys can have; the first is the default. */
  readonly usages: readonly [KeyUsage, ...KeyUsage[]];
  /** The protection levels that its keys can have; the first is the default. */
  readonly levels: readonly [ProtectionLevel, ...ProtectionLevel[]];
  /** The length of a symmetric key's material in bytes. */
  readonly materialBytes?: number;
}

const ANY_LEVEL = ['SOFTWARE', 'HSM'] as const;
/** SM2 and SM4 keys are made in managed HSMs (help 28947, "Create a CMK"). */
const HSM_ONLY = ['HSM'] as const;

/** The specs of KMS keys. A key that can sign is a signing key unless it is told otherwise (page of CreateKey). */
const SPECS = {
  Aliyun_AES_256: { usages: ['ENCRYPT/DECRYPT'], levels: ANY_LEVEL, materialBytes: 32 },
  Aliyun_SM4: { usages: ['ENCRYPT/DECRYPT'], levels: HSM_ONLY, materialBytes: 16 },
  RSA_2048: { usages: ['SIGN/VERIFY', 'ENCRYPT/DECRYPT'], levels: ANY_LEVEL },
  RSA_3072: { usages: ['SIGN/VERIFY', 'ENCRYPT/DECRYPT'], levels: ANY_LEVEL },
  EC_P256: { usages: ['SIGN/VERIFY'], levels: ANY_LEVEL },
  EC_P256K: { usages: ['SIGN/VERIFY'], levels: ANY_LEVEL },
  EC_SM2: { usages: ['SIGN/VERIFY', 'ENCRYPT/DECRYPT'], levels: HSM_ONLY },
} as const satisfies Readonly<Record<string, SpecFacts>>;

export type KeySpec = keyof typeof SPECS;
export type SymmetricKeySpec = 'Aliyun_AES_256' | 'Aliyun_SM4';

export const KEY_SPECS = Object.keys(SPECS) as readonly KeySpec[];

/** The usages that keys of a spec can have; the first is the default. */
export function keyUsagesOf(keySpec: KeySpec): SpecFacts['usages'] {
  return SPECS[keySpec].usages;
}

/** The protection levels that keys of a spec can have; the first is the default. */
export function protectionLevelsOf(keySpec: KeySpec): SpecFacts['levels'] {
  return SPECS[keySpec].levels;
}

/** Whether keys of a spec are symmetric. */
export function isSymmetricSpec(keySpec: KeySpec): keySpec is SymmetricKeySpec {
  return 'materialBytes' in SPECS[keySpec];
}

/** The length of the material of symmetric keys of a spec, in bytes. */
export function materialBytesOf(keySpec: SymmetricKeySpec): number {
  return SPECS[keySpec].materialBytes;
}
