import { kmsxError } from '../base/error.ts';
import type { KeyCheckValue } from '../documents/key-check-value.ts';
import type { Attributes } from './cryptoki/attributes.ts';
import type { Handle } from './cryptoki/calls.ts';
import { CLASSES } from './cryptoki/constants.ts';
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
 * @throws KmsxError `token-key-exposed`, `import-mismatch`; CryptokiFailure
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
    if (kept === undefined || found.length > 1 || !kept.hasBoth) {
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
    await call('destroyObject', { session, object: copy });
    throw error;
  }
}

/** Whether a key in a token has these check values; their bytes are no secret. */
export async function hasSameCheckValues(
  at: TokenSession,
  key: Handle,
  type: DataKeyType,
  expected: readonly KeyCheckValue[],
): Promise<boolean> {
  const actual = await checkValuesInside(at, key, type);
  return expected.every(({ Method, Value }) =>
    actual.some((own) => own.Method === Method && own.Value === Value),
  );
}
