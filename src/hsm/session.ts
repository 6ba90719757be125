import type { SecretBytes } from '../base/bytes/secret-bytes.ts';
import { secretCopy } from '../base/bytes/secret-bytes.ts';
import { kmsxError } from '../base/error.ts';
import type { CallModule, Handle } from './cryptoki/calls.ts';
import { explaining } from './failures.ts';
import type { Token } from './tokens.ts';
import { hasFlag, nameOf } from './tokens.ts';

/** A session with a token, logged in. */
export interface TokenSession {
  readonly call: CallModule;
  readonly token: Token;
  readonly session: Handle;
}

export interface LoginOptions {
  /** Gets the PIN of a token; undefined where the token has a pad of its own and none was given. */
  readonly askPin: (token: Token) => Promise<SecretBytes | undefined>;
  readonly warn: (message: string) => Promise<void>;
}

/**
 * Opens a session with a token, logs in, and closes both whatever happens.
 *
 * @param readWrite - whether objects of the token are made
 * @throws KmsxError `pin-wrong`, `pin-locked`, `pin-unusable`, `token-read-only` and all that `explainFailure` makes of a
 * failed call in `work`; those of `askPin`
 */
export async function withTokenSession<T>(
  call: CallModule,
  token: Token,
  readWrite: boolean,
  options: LoginOptions,
  work: (session: TokenSession) => Promise<T>,
): Promise<T> {
  return explaining(`the token ${nameOf(token)}`, async () => {
    if (readWrite && hasFlag(token, 'WriteProtected')) {
      throw kmsxError('token-read-only', `the token ${nameOf(token)} is write-protected`);
    }
    const session = await call('openSession', { slot: token.slot, readWrite });
    try {
      await login(call, token, session, options);
      return await work({ call, token, session });
    } finally {
      // Of a module that ended there is nothing to close, and the first error is the one to show.
      await call('logout', { session }).catch(() => undefined);
      await call('closeSession', { session }).catch(() => undefined);
    }
  });
}

async function login(
  call: CallModule,
  token: Token,
  session: Handle,
  { askPin, warn }: LoginOptions,
): Promise<void> {
  const subject = `the token ${nameOf(token)}`;
  if (hasFlag(token, 'UserPinLocked'))
    throw kmsxError('pin-locked', `${subject} has locked the PIN`);
  if (hasFlag(token, 'UserPinFinalTry')) {
    await warn(`${subject} has one try left: a wrong PIN locks it`);
  } else if (hasFlag(token, 'UserPinCountLow')) {
    await warn(`${subject} was given a wrong PIN before: a few more lock it`);
  }
  const pin = await askPin(token);
  try {
    // The copy is overwritten by the message that carries it.
    await call('login', { session, pin: pin && secretCopy(pin.bytes) });
  } finally {
    pin?.dispose();
  }
}
