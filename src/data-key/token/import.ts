import { kmsxError } from '../../base/error.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import type { ImportEntry } from '../../documents/import-document.ts';
import type { KeyCheckValue } from '../../documents/key-check-value.ts';
import { chooseCheckValues, includesCheckValues } from '../../documents/key-check-value.ts';
import type { Handle } from '../../hsm/cryptoki/calls.ts';
import type { ObjectName } from '../../hsm/keep.ts';
import { hasSameCheckValues, keepInToken, keysNamed, removeFromToken } from '../../hsm/keep.ts';
import { nameOf } from '../../hsm/tokens.ts';
import { isProtected } from '../../hsm/unwrap-inside.ts';
import type { TokenWrappingKey } from '../../hsm/wrapping-key.ts';
import type { WrappedDataKey } from '../unwrap.ts';
import type { KeyInToken } from './open.ts';
import { openInToken } from './open.ts';

/** A token that the data key goes into: what opens the export there, and what the key will be called. */
export interface ImportTarget {
  readonly key: TokenWrappingKey;
  readonly wrapped: WrappedDataKey;
  readonly name: ObjectName;
}

export interface ImportExpectation {
  readonly checkValues: readonly KeyCheckValue[];
  /** Which check values the result shows, by their words in options; all if left out. */
  readonly shown: readonly string[] | undefined;
}

/**
 * Imports a data key into tokens. In every token it is first an object of the session, protected, with the check values
 * that are expected and that the other tokens have; only then is it kept, and found again. If one token fails, what this
 * run kept in others is removed.
 *
 * A key that an earlier run kept under the same label and id is found, compared and reported, never replaced.
 *
 * @throws KmsxError `token-object-exists` before anything is unwrapped; `unwrap-failed`, `wrapping-hash-mislabelled`,
 * `token-cannot-unwrap`, `token-cannot-check`, `check-value-mismatch`, `data-keys-differ`, `data-key-length`,
 * `token-key-exposed`, `import-mismatch`; CryptokiFailure
 */
export async function importDataKey(
  targets: readonly ImportTarget[],
  expectation: ImportExpectation,
): Promise<ImportEntry[]> {
  const earlier = new Map<ImportTarget, Handle>();
  for (const target of targets) {
    const found = await earlierImport(target);
    if (found !== undefined) earlier.set(target, found);
  }
  const opened: OpenedKey[] = [];
  const kept: { readonly target: ImportTarget; readonly object: Handle }[] = [];
  try {
    for (const target of targets) opened.push(await open(target));
    assertExpected(opened, expectation.checkValues);
    assertAllEqual(opened);
    const entries: ImportEntry[] = [];
    for (const key of opened) {
      const { target, object, type, checkValues } = key;
      const found = earlier.get(target);
      if (found === undefined) {
        const made = await keepInToken(target.key.at, object, type, target.name, checkValues);
        kept.push({ target, object: made });
      } else {
        await assertSameAsEarlier(key, found);
      }
      entries.push(entryOf(key, found !== undefined, expectation.shown));
    }
    return entries;
  } catch (error) {
    const removals = kept.map(({ target, object }) =>
      removeFromToken(target.key.at, object, target.name),
    );
    // All are tried; of those that fail the first is told.
    await Promise.allSettled(removals);
    await Promise.all(removals);
    throw error;
  } finally {
    for (const { target, object } of opened) {
      const { call, session } = target.key.at;
      // The end of the session does it too; of a module that ended there is nothing left.
      await call('destroyObject', { session, object }).catch(() => undefined);
    }
  }
}

/** A data key in a session with a token. */
interface OpenedKey extends KeyInToken {
  readonly target: ImportTarget;
}

/** A key that has both the label and the id; one that has only one of them is in the way. */
async function earlierImport({ key, name }: ImportTarget): Promise<Handle | undefined> {
  const found = await keysNamed(key.at, name);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1 && first.hasBoth) return first.object;
  if (found.every(({ hasLabel }) => !hasLabel)) throw await idInUse(key, name, first.object);
  throw inUse(key, name);
}

async function open(target: ImportTarget): Promise<OpenedKey> {
  return { target, ...(await openInToken(target.key, target.wrapped)) };
}

function assertExpected(opened: readonly OpenedKey[], expected: readonly KeyCheckValue[]): void {
  for (const { target, checkValues } of opened) {
    for (const { Method, Value } of expected) {
      const own = checkValues.find((candidate) => candidate.Method === Method);
      const token = nameOf(target.key.at.token);
      if (own === undefined) {
        throw kmsxError('token-cannot-check', `${token} computes no ${Method} of this key`);
      }
      if (!includesCheckValues([own], [{ Method, Value }])) {
        throw kmsxError(
          'check-value-mismatch',
          `the key check value ${Method} in ${token} is ${own.Value}, not the expected one`,
        );
      }
    }
  }
}

function assertAllEqual([first, ...others]: readonly OpenedKey[]): void {
  const expected = JSON.stringify(first?.checkValues);
  const other = others.find(({ checkValues }) => JSON.stringify(checkValues) !== expected);
  if (other === undefined) return;
  const token = nameOf(other.target.key.at.token);
  throw kmsxError('data-keys-differ', `the export for ${token} holds another data key`);
}

async function assertSameAsEarlier(
  { target, type, checkValues }: OpenedKey,
  found: Handle,
): Promise<void> {
  const { at } = target.key;
  const isSame =
    checkValues.length > 0 &&
    (await isProtected(at, found)) &&
    (await hasSameCheckValues(at, found, type, checkValues).catch(() => false));
  if (!isSame) throw inUse(target.key, target.name);
}

function inUse({ at }: TokenWrappingKey, { label, id }: ObjectName): Error {
  const names = `the label ${JSON.stringify(label)} or the id ${Buffer.from(id).toString('hex')}`;
  return kmsxError('token-object-exists', `${nameOf(at.token)} has another key with ${names}`);
}

/** By default the id follows from the CiphertextBlob: the key may well be this one, imported under another label. */
async function idInUse(
  { at }: TokenWrappingKey,
  { id }: ObjectName,
  object: Handle,
): Promise<Error> {
  const { LABEL = new Uint8Array() } = await at.call('getAttributes', {
    session: at.session,
    object,
    names: ['LABEL'],
  });
  const label = Buffer.from(LABEL).toString('utf8');
  return kmsxError(
    'token-object-exists',
    `${nameOf(at.token)} has a key with the id ${Buffer.from(id).toString('hex')} already, its label is ${JSON.stringify(label)}`,
    {
      hints: [
        `--label ${shellWord(label)} compares it with this export, another --id imports a second key; nothing in a token is ever replaced`,
      ],
    },
  );
}

function entryOf(
  { target, type, checkValues }: OpenedKey,
  isEarlier: boolean,
  shown: readonly string[] | undefined,
): ImportEntry {
  const { key, name, wrapped } = target;
  const { label, serial, manufacturer, model, firmware } = key.at.token;
  const chosen = chooseCheckValues(checkValues, shown);
  return {
    Token: label,
    ...(serial !== '' && { Serial: serial }),
    ...(manufacturer !== '' && { Manufacturer: manufacturer }),
    ...(model !== '' && { Model: model }),
    Firmware: firmware,
    Label: name.label,
    Id: Buffer.from(name.id).toString('hex'),
    KeyType: type === 'aes' ? 'AES' : 'GENERIC_SECRET',
    Sensitive: true,
    Extractable: false,
    ...(chosen.length > 0 && { KeyCheckValues: chosen }),
    WrappingAlgorithm: wrapped.algorithm.name,
    PublicKeyFingerprint: key.publicKey.fingerprint,
    ...(isEarlier && { AlreadyThere: true }),
  };
}
