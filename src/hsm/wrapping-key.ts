import { createPublicKey } from 'node:crypto';
import { kmsxError } from '../base/error.ts';
import type { KeyFacts } from '../wrapping/key-facts.ts';
import { keyFacts } from '../wrapping/key-facts.ts';
import type { WrappingPublicKey } from '../wrapping/public-key/wrapping-public-key.ts';
import { requireWrappingKey } from '../wrapping/public-key/wrapping-public-key.ts';
import type { Attributes } from './cryptoki/attributes.ts';
import type { Handle } from './cryptoki/calls.ts';
import { CLASSES, KEY_TYPES } from './cryptoki/constants.ts';
import type { TokenSession } from './session.ts';
import type { ObjectQuery } from './token-uri.ts';
import { nameOf } from './tokens.ts';

/** An RSA private key in a token, and its public half. */
export interface TokenWrappingKey {
  readonly at: TokenSession;
  readonly privateKey: Handle;
  readonly label: string;
  readonly id: Uint8Array;
  readonly publicKey: KeyFacts;
}

/**
 * Finds the one RSA private key that a URI names.
 *
 * @throws KmsxError `token-key-missing`, `token-ambiguous`; CryptokiFailure
 */
export async function findWrappingKey(
  at: TokenSession,
  query: ObjectQuery,
): Promise<TokenWrappingKey> {
  const { call, session, token } = at;
  const template: Attributes = {
    CLASS: CLASSES['private-key'],
    KEY_TYPE: KEY_TYPES.rsa,
    ...objectTemplate(query),
  };
  const [privateKey, ...others] = await call('findObjects', { session, template });
  if (privateKey === undefined) {
    throw kmsxError('token-key-missing', `the token ${nameOf(token)} has no such RSA private key`);
  }
  if (others.length > 0) {
    throw kmsxError(
      'token-ambiguous',
      `the token ${nameOf(token)} has ${others.length + 1} such private keys`,
      { hints: ['add id= to the URI: list the ids with the program of the token'] },
    );
  }
  const names = ['LABEL', 'ID', 'MODULUS', 'PUBLIC_EXPONENT'] as const;
  const found = await call('getAttributes', { session, object: privateKey, names });
  const id = found.ID ?? new Uint8Array();
  return {
    at,
    privateKey,
    id,
    label: Buffer.from(found.LABEL ?? []).toString('utf8'),
    publicKey: await publicHalf(at, found, id),
  };
}

/** A pair of the session as a wrapping key. */
export async function openSessionKey(
  at: TokenSession,
  privateKey: Handle,
  publicKey: Handle,
): Promise<TokenWrappingKey> {
  const names = ['MODULUS', 'PUBLIC_EXPONENT'] as const;
  const shown = await at.call('getAttributes', { session: at.session, object: publicKey, names });
  const facts = rsaPublicKey(shown) ?? (await publicHalf(at, {}, new Uint8Array()));
  return { at, privateKey, label: '', id: new Uint8Array(), publicKey: facts };
}

/**
 * The public half as KMS is sent it. A token says nothing of what the key is for.
 *
 * @param label - what the key is called in errors
 * @throws KmsxError those of `requireWrappingKey`
 */
export function wrappingPublicKeyOf(
  { publicKey }: TokenWrappingKey,
  label: string,
): WrappingPublicKey {
  return requireWrappingKey({ ...publicKey, purpose: {} }, label);
}

/** The template that finds an object by label, id or both. */
function objectTemplate({ label, id }: ObjectQuery): Attributes {
  return {
    ...(label !== undefined && { LABEL: Buffer.from(label) }),
    ...(id !== undefined && { ID: id }),
  };
}

/** From the private key where the token shows it there, else from the public key with the same id. */
async function publicHalf(
  { call, session, token }: TokenSession,
  shown: Attributes,
  id: Uint8Array,
): Promise<KeyFacts> {
  const own = rsaPublicKey(shown);
  if (own !== undefined) return own;
  const template = { CLASS: CLASSES['public-key'], KEY_TYPE: KEY_TYPES.rsa, ID: id };
  const [object] = id.length === 0 ? [] : await call('findObjects', { session, template });
  if (object !== undefined) {
    const names = ['MODULUS', 'PUBLIC_EXPONENT'] as const;
    const found = rsaPublicKey(await call('getAttributes', { session, object, names }));
    if (found !== undefined) return found;
  }
  throw kmsxError(
    'token-key-missing',
    `the token ${nameOf(token)} does not show the public half of the key`,
  );
}

function rsaPublicKey({ MODULUS, PUBLIC_EXPONENT }: Attributes): KeyFacts | undefined {
  if (!MODULUS?.length || !PUBLIC_EXPONENT?.length) return undefined;
  const n = Buffer.from(MODULUS).toString('base64url');
  const e = Buffer.from(PUBLIC_EXPONENT).toString('base64url');
  return keyFacts(createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }));
}
