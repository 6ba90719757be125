import { kmsxError } from '../base/error.ts';
import type { Attributes } from './cryptoki/attributes.ts';
import type { CallModule, Handle } from './cryptoki/calls.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import { CLASSES, MECHANISM_FLAGS } from './cryptoki/constants.ts';
import type { ObjectName } from './keep.ts';
import type { TokenSession } from './session.ts';
import type { Token } from './tokens.ts';
import { nameOf } from './tokens.ts';
import type { TokenWrappingKey } from './wrapping-key.ts';
import { findWrappingKey } from './wrapping-key.ts';

const MODULUS_BITS = 2048;
const PUBLIC_EXPONENT = Uint8Array.of(1, 0, 1);
const KEY_CLASSES = [CLASSES['private-key'], CLASSES['public-key'], CLASSES['secret-key']];

/**
 * Refuses a token that says that it makes no RSA key pairs, or unwraps with none.
 *
 * @throws KmsxError `module-failed`, `token-cannot-unwrap`
 */
export async function assertMakesWrappingKeys(call: CallModule, token: Token): Promise<void> {
  const { slot } = token;
  const pairs = await call('mechanismFlags', { slot, mechanism: 'rsa-key-pair-gen' });
  if ((pairs & MECHANISM_FLAGS.generatePair) === 0) {
    throw kmsxError('module-failed', `the token ${nameOf(token)} makes no RSA key pairs`);
  }
  const oaep = await call('mechanismFlags', { slot, mechanism: 'rsa-oaep' });
  if ((oaep & MECHANISM_FLAGS.unwrap) === 0) {
    throw kmsxError(
      'token-cannot-unwrap',
      `the token ${nameOf(token)} does not unwrap with RSAES_OAEP`,
      { details: { takes: [] } },
    );
  }
}

/**
 * Makes an RSA wrapping key pair of 2048 bits in a token: the private half is sensitive, not extractable, and unwraps; where
 * the token takes no key that only unwraps, it decrypts too. Found again afterwards, exactly one.
 *
 * @param name - the label and the id of both halves: nothing in the token may have either (NSS would silently replace it)
 * @throws KmsxError `token-object-exists`, `token-key-exposed`, `import-mismatch`; CryptokiFailure
 */
export async function makePairInToken(
  at: TokenSession,
  name: ObjectName,
): Promise<TokenWrappingKey> {
  await assertFree(at, name);
  const pair = await generate(at, { TOKEN: true, LABEL: Buffer.from(name.label), ID: name.id });
  try {
    const key = await findWrappingKey(at, name);
    await assertKept(key);
    return key;
  } catch (error) {
    await destroyPair(at, pair);
    throw error;
  }
}

/**
 * Makes a pair as objects of the session: it is gone when the session ends.
 *
 * @throws CryptokiFailure where the token has no such pairs
 */
export async function makeSessionPair(at: TokenSession): Promise<Pair> {
  return generate(at, { TOKEN: false });
}

/** Handles of the halves of a pair. */
export interface Pair {
  readonly publicKey: Handle;
  readonly privateKey: Handle;
}

/** Removes both halves of a pair that this run made. */
export async function destroyPairOf({ at, id }: TokenWrappingKey): Promise<void> {
  for (const CLASS of [CLASSES['private-key'], CLASSES['public-key']]) {
    const { call, session } = at;
    const found = await call('findObjects', { session, template: { CLASS, TOKEN: true, ID: id } });
    for (const object of found) await call('destroyObject', { session, object });
  }
}

async function destroyPair(
  { call, session }: TokenSession,
  { publicKey, privateKey }: Pair,
): Promise<void> {
  await call('destroyObject', { session, object: privateKey });
  await call('destroyObject', { session, object: publicKey });
}

async function generate(at: TokenSession, common: Attributes): Promise<Pair> {
  try {
    return await generateAs(at, common, { UNWRAP: true, DECRYPT: false });
  } catch (error) {
    if (!(error instanceof CryptokiFailure)) throw error;
    // Some tokens take no key that unwraps and does not decrypt. Where that was not the reason this fails too.
    return generateAs(at, common, { UNWRAP: true, DECRYPT: true });
  }
}

function generateAs(
  { call, session }: TokenSession,
  common: Attributes,
  use: { readonly UNWRAP: boolean; readonly DECRYPT: boolean },
): Promise<Pair> {
  return call('generateKeyPair', {
    session,
    mechanism: { name: 'rsa-key-pair-gen' },
    publicTemplate: {
      ...common,
      MODULUS_BITS,
      PUBLIC_EXPONENT,
      WRAP: use.UNWRAP,
      ENCRYPT: use.DECRYPT,
      VERIFY: false,
    },
    privateTemplate: {
      ...common,
      PRIVATE: true,
      SENSITIVE: true,
      EXTRACTABLE: false,
      ...use,
      SIGN: false,
    },
  });
}

async function assertFree({ call, session, token }: TokenSession, name: ObjectName): Promise<void> {
  for (const CLASS of KEY_CLASSES) {
    for (const template of [{ LABEL: Buffer.from(name.label) }, { ID: name.id }]) {
      const found = await call('findObjects', { session, template: { CLASS, ...template } });
      if (found.length === 0) continue;
      const what = 'LABEL' in template ? `the label ${JSON.stringify(name.label)}` : 'that id';
      throw kmsxError(
        'token-object-exists',
        `the token ${nameOf(token)} has a key with ${what} already`,
      );
    }
  }
}

async function assertKept({ at, privateKey, publicKey }: TokenWrappingKey): Promise<void> {
  const { call, session, token } = at;
  const names = ['SENSITIVE', 'EXTRACTABLE'] as const;
  const kept = await call('getAttributes', { session, object: privateKey, names });
  if (kept.SENSITIVE !== true || kept.EXTRACTABLE !== false) {
    throw kmsxError(
      'token-key-exposed',
      `the token ${nameOf(token)} keeps the private key unprotected`,
    );
  }
  if (publicKey.modulusBits !== MODULUS_BITS || publicKey.publicExponent !== 65_537n) {
    throw kmsxError('import-mismatch', `the token ${nameOf(token)} made another kind of key`);
  }
}
