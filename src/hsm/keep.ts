import { kmsxError } from '../base/error.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import { includesCheckValues } from '../documents/key-check-value.ts';
import type { Attributes } from './cryptoki/attributes.ts';
import type { Handle } from './cryptoki/calls.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import type { ReturnValueName } from './cryptoki/constants.ts';
import { CLASSES, returnValueName } from './cryptoki/constants.ts';
import { checkValuesInside } from './check-values.ts';
import type { TokenSession } from './session.ts';
import { nameOf } from './tokens.ts';
import type { DataKeyType } from './unwrap-inside.ts';
import { isProtected } from './unwrap-inside.ts';

/** The name of an object in a token. */
export interface ObjectName {
  readonly label: string;
  readonly id: Uint8Array;
}

/** A secret key that has a label or an id in a token. */
export interface NamedKey {
  readonly object: Handle;
  readonly hasLabel: boolean;
  /** Whether it has both the label and the id. */
  readonly hasBoth: boolean;
}

/** The secret keys of a token that have this label or this id. */
export async function keysNamed(at: TokenSession, name: ObjectName): Promise<NamedKey[]> {
  const { call, session } = at;
  const base = { CLASS: CLASSES['secret-key'], TOKEN: true };
  const find = (template: Attributes): Promise<readonly Handle[]> =>
    call('findObjects', { session, template: { ...base, ...template } });
  const byLabel = await find({ LABEL: Buffer.from(name.label) });
  const byId = await find({ ID: name.id });
  return [...new Set([...byLabel, ...byId])].map((object) => ({
    object,
    hasLabel: byLabel.includes(object),
    hasBoth: byLabel.includes(object) && byId.includes(object),
  }));
}

/**
 * Keeps a data key of the session in the token, under a label and an id that nothing there has, and finds it again: exactly
 * one, protected, and with the same check values. Where that is not so nothing of it is left.
 *
 * @throws KmsxError `token-full`, `token-key-exposed`, `import-mismatch`; CryptokiFailure
 */
export async function keepInToken(
  at: TokenSession,
  key: Handle,
  type: DataKeyType,
  name: ObjectName,
  checkValues: readonly KeyCheckValue[],
): Promise<Handle> {
  const { call, session, token } = at;
  const template = { TOKEN: true, LABEL: Buffer.from(name.label), ID: name.id };
  const copy = await call('copyObject', { session, object: key, template });
  try {
    const found = await keysNamed(at, name);
    const [kept] = found;
    if (kept === undefined) {
      // As SoftHSM has it where the disk under it is full.
      throw kmsxError(
        'token-full',
        `the token ${nameOf(token)} took the key and does not have it: it is likely full`,
      );
    }
    if (found.length > 1 || !kept.hasBoth) {
      throw kmsxError(
        'import-mismatch',
        `the token ${nameOf(token)} shows ${found.length} keys with this label or id after the import`,
      );
    }
    if (!(await isProtected(at, kept.object))) {
      throw kmsxError('token-key-exposed', `the token ${nameOf(token)} keeps the key unprotected`);
    }
    if (!(await hasSameCheckValues(at, kept.object, type, checkValues))) {
      throw kmsxError('import-mismatch', `the token ${nameOf(token)} keeps another key`);
    }
    return kept.object;
  } catch (error) {
    await removeFromToken(at, copy, name);
    throw error;
  }
}

/**
 * Removes a key that this run made in a token.
 *
 * @throws KmsxError `module-failed` where the token does not remove it, so that it may stand
 */
export async function removeFromToken(
  { call, session, token }: TokenSession,
  object: Handle,
  { label }: ObjectName,
): Promise<void> {
  try {
    await call('destroyObject', { session, object });
  } catch (error) {
    if (isRefusal(error, 'CKR_OBJECT_HANDLE_INVALID')) return; // it is not there
    throw kmsxError(
      'module-failed',
      `the import failed, and the token ${nameOf(token)} may still have ${JSON.stringify(label)}: it was not removed`,
      {
        cause: error,
        hints: [
          'run it again: what stands is compared with the export; else delete it with the program of the token',
        ],
      },
    );
  }
}

function isRefusal(error: unknown, name: ReturnValueName): boolean {
  return error instanceof CryptokiFailure && returnValueName(error.returnValue) === name;
}

/** Whether a key in a token has these check values. */
export async function hasSameCheckValues(
  at: TokenSession,
  key: Handle,
  type: DataKeyType,
  expected: readonly KeyCheckValue[],
): Promise<boolean> {
  return includesCheckValues(await checkValuesInside(at, key, type), expected);
}
