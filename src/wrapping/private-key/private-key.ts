import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { hasCode, KmsxError, kmsxError } from '../../base/error.ts';
import { SecretBytes, usingSecret } from '../../base/bytes/secret-bytes.ts';
import { keySpecOf } from '../algorithms.ts';
import { EXPONENT_LIMIT, MAX_MODULUS_BITS } from '../modulus/limits.ts';
import { bitLength } from '../modulus/numbers.ts';
import type { KeyFacts } from '../key-facts.ts';
import { keyFacts } from '../key-facts.ts';
import { EncryptionRefusal } from './encryption-refusal.ts';
import type { Passphrase } from './passphrase.ts';
import { assertUsablePassphrase, EMPTY_PASSPHRASES, usingPassphrase } from './passphrase.ts';
import type { LocatedPrivateKey, PrivateKeyForm } from './private-key-file.ts';
import { locatePrivateKey } from './private-key-file.ts';
import type { SealedKey } from './sealed-key.ts';
import type { UnwrappingKey } from '../unwrapping-key.ts';
import { rsaUnwrappingKey } from '../unwrapping-key.ts';

export type { PrivateKeyForm } from './private-key-file.ts';

/** What a private key file is, as far as it shows without its passphrase. Nothing here is secret. */
export interface PrivateKeyDescription extends Partial<KeyFacts> {
  readonly form: PrivateKeyForm;
  readonly encrypted: boolean;
}

/** The private half of a wrapping key, read from a file. */
export interface WrappingPrivateKey extends UnwrappingKey, KeyFacts {
  readonly form: PrivateKeyForm;
  readonly encrypted: boolean;
}

/**
 * Reads the one private key of a file, found by content: PKCS#8, PKCS#1, encrypted PKCS#8 (PBES1, PBES2, also
 * with scrypt) as PEM or DER, PEM encrypted in OpenSSL's old way, and PKCS#12. A byte order mark, CRLF, text
 * and certificates beside the key in PEM are fine.
 *
 * RSA keys of every size and number of primes are read: the fingerprint says which exports a key is for.
 *
 * @param bytes - the file; the caller overwrites them
 * @param label - what the file is called in errors
 * @param passphrase - called only if the key is encrypted; its result is disposed of here. Where it gives none, or an empty
 * one, the empty passphrase opens a PKCS#12 file whose MAC proves it
 * @throws KmsxError `privkey-is-public`, `privkey-several`, `privkey-trailing-bytes`, `privkey-malformed`,
 * `privkey-unsupported` (also for an encryption that cannot be used here, before the passphrase is asked for),
 * `input-empty`, `passphrase-malformed`, and `passphrase-wrong` for everything that fails once
 * there is a passphrase
 */
export async function readPrivateKey(
  bytes: Uint8Array,
  label: string,
  passphrase: () => Promise<SecretBytes>,
): Promise<WrappingPrivateKey> {
  const located = await locate(bytes, label);
  try {
    const keyObject = located.encrypted
      ? await openEncrypted(located, label, passphrase)
      : await openPlain(located, label);
    const { form, encrypted } = located;
    const facts = publicFacts(keyObject, label);
    assertUnwraps(facts, label);
    return { form, encrypted, ...facts, ...(await unwrappingKey(keyObject, facts, label)) };
  } finally {
    located.dispose();
  }
}

async function unwrappingKey(
  keyObject: KeyObject,
  { keyType, spki, fingerprint }: KeyFacts,
  label: string,
): Promise<UnwrappingKey> {
  if (keyType !== 'sm2') return rsaUnwrappingKey(keyObject, fingerprint);
  const { isSm2Pair, sm2UnwrappingKey } = await import('../sm2/private-key.ts');
  if (!isSm2Pair(keyObject, spki)) throw damaged(label);
  return sm2UnwrappingKey(keyObject, fingerprint);
}

/**
 * Describes a private key file without a passphrase: an encrypted key by its form alone, any other key also by
 * its type, size and fingerprint.
 *
 * @param label - what the file is called in errors
 * @throws KmsxError those of `readPrivateKey`, except for those about the passphrase or an unsuitable kind of key
 */
export async function describePrivateKey(
  bytes: Uint8Array,
  label: string,
): Promise<PrivateKeyDescription> {
  const located = await locate(bytes, label);
  const { form, encrypted } = located;
  try {
    if (encrypted) return { form, encrypted };
    return { form, encrypted, ...publicFacts(await openPlain(located, label), label) };
  } finally {
    located.dispose();
  }
}

/** Finds the key; where it is in another form, the error names that form. */
async function locate(bytes: Uint8Array, label: string): Promise<LocatedPrivateKey> {
  try {
    return locatePrivateKey(bytes, label);
  } catch (error) {
    if (!hasCode(error, 'privkey-malformed', 'privkey-unsupported', 'json-malformed')) throw error;
    const { explainPrivateForm } = await import('./explain-form.ts');
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    throw explainPrivateForm(view, label, error, formOf);
  }
}

function formOf(bytes: Buffer): PrivateKeyForm | undefined {
  try {
    const located = locatePrivateKey(bytes, 'it');
    located.dispose();
    return located.form;
  } catch (error) {
    if (error instanceof KmsxError) return undefined;
    throw error;
  }
}

async function openEncrypted(
  located: LocatedPrivateKey,
  label: string,
  ask: () => Promise<SecretBytes>,
): Promise<KeyObject> {
  const key = await readSealed(located, label);
  try {
    const given = await askUnlessEmpty(key, ask);
    return await (given instanceof SecretBytes
      ? usingSecret(given, () => openWith(key, given, label))
      : openSealed(key, given, label));
  } catch (error) {
    throw error instanceof EncryptionRefusal ? unsupported(error, located, label) : error;
  } finally {
    key.dispose();
  }
}

/**
 * The passphrase; or, where none is given, the empty one, if the file proves that it was sealed with it.
 *
 * @throws KmsxError what `ask` throws
 */
async function askUnlessEmpty(
  key: SealedKey,
  ask: () => Promise<SecretBytes>,
): Promise<SecretBytes | Passphrase> {
  const given = await ask().catch((error: unknown) => {
    if (hasCode(error, 'passphrase-missing', 'input-empty')) return error;
    throw error;
  });
  const isGiven = given instanceof SecretBytes;
  if (isGiven && given.length > 0) return given;
  for (const empty of EMPTY_PASSPHRASES) if (await key.verify?.(empty)) return empty;
  if (isGiven) return given;
  throw given;
}

async function openWith(
  key: SealedKey,
  passphrase: SecretBytes,
  label: string,
): Promise<KeyObject> {
  assertUsablePassphrase(passphrase);
  return usingPassphrase(passphrase, async (both) => {
    if (key.verify === undefined || (await key.verify(both))) return openSealed(key, both, label);
    throw wrongPassphrase(label);
  });
}

async function openSealed(
  key: SealedKey,
  passphrase: Passphrase,
  label: string,
): Promise<KeyObject> {
  try {
    return await key.open(passphrase);
  } catch (error) {
    if (error instanceof EncryptionRefusal) throw error;
    // The errors of OpenSSL and node-forge depend on chance and could quote the input: none is kept.
    throw wrongPassphrase(label);
  }
}

function wrongPassphrase(label: string): KmsxError {
  return kmsxError(
    'passphrase-wrong',
    `${label} does not open: the passphrase is wrong, or the file is damaged`,
    { details: { label } },
  );
}

async function readSealed(located: LocatedPrivateKey, label: string): Promise<SealedKey> {
  try {
    return await located.read();
  } catch (error) {
    if (error instanceof KmsxError) throw error;
    throw error instanceof EncryptionRefusal ? unsupported(error, located, label) : damaged(label);
  }
}

function unsupported(
  { message, rewriter }: EncryptionRefusal,
  { form }: LocatedPrivateKey,
  label: string,
): KmsxError {
  const byPkcs12 = rewriter !== 'its-maker' && form === 'pkcs12';
  const remedy = byPkcs12 ? (`${rewriter}-pkcs12` as const) : rewriter;
  return kmsxError('privkey-unsupported', `${label} ${message}`, { details: { label, remedy } });
}

async function openPlain(located: LocatedPrivateKey, label: string): Promise<KeyObject> {
  const key = await readSealed(located, label);
  try {
    return await key.open(undefined);
  } catch (error) {
    if (error instanceof KmsxError) throw error;
    throw damaged(label);
  } finally {
    key.dispose();
  }
}

function publicFacts(keyObject: KeyObject, label: string): KeyFacts {
  try {
    return keyFacts(createPublicKey(keyObject));
  } catch {
    throw damaged(label);
  }
}

/** The lengths are bounded before anything is computed with the key. */
function assertUnwraps(facts: KeyFacts, label: string): void {
  const { keyType, curve, modulusBits = 0, publicExponent = 0n } = facts;
  if (modulusBits > MAX_MODULUS_BITS || publicExponent >= EXPONENT_LIMIT) {
    throw kmsxError(
      'privkey-unsupported',
      `${label} holds an RSA key with a modulus of ${modulusBits} bits and a public exponent of ${bitLength(publicExponent)} bits; at most ${MAX_MODULUS_BITS} and 256 are worked with`,
      { details: { keyType } },
    );
  }
  if (keySpecOf(facts) !== undefined) return;
  const kind = curve === undefined ? keyType : `${keyType} (${curve})`;
  throw kmsxError(
    'privkey-unsupported',
    `${label} holds a private key of the kind ${kind}; exports are unwrapped with RSA and SM2 keys`,
    { details: { keyType } },
  );
}

function damaged(label: string): KmsxError {
  return kmsxError(
    'privkey-malformed',
    `${label} holds a private key that is damaged or of an unknown kind`,
    { details: { label } },
  );
}
