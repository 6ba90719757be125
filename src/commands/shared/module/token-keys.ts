import type { Session } from '../../../terminal/session.ts';
import type { CallModule } from '../../../hsm/cryptoki/calls.ts';
import { kmsxError } from '../../../base/error.ts';
import { withTokenSession } from '../../../hsm/session.ts';
import type { TokenSession } from '../../../hsm/session.ts';
import type { Token } from '../../../hsm/tokens.ts';
import { findToken, nameOf } from '../../../hsm/tokens.ts';
import type { TokenKeyUri } from '../../../hsm/token-uri.ts';
import type { TokenWrappingKey } from '../../../hsm/wrapping-key.ts';
import { findWrappingKey } from '../../../hsm/wrapping-key.ts';
import type { ModuleOptions } from './module-options.ts';
import type { PinOptions } from './pin.ts';
import { askPin } from './pin.ts';
import { withModule } from './with-module.ts';

/**
 * Opens a session with a token, logs in with the PIN of the options, and closes it whatever happens.
 *
 * @param readWrite - whether objects of the token are made
 * @throws KmsxError those of `askPin` and `withTokenSession`
 */
export async function withToken<T>(
  call: CallModule,
  token: Token,
  readWrite: boolean,
  options: PinOptions,
  session: Session,
  work: (at: TokenSession) => Promise<T>,
): Promise<T> {
  const login = {
    askPin: (asked: Token) => askPin(options, asked, session),
    warn: (message: string) => session.reporter.warnAlways(message),
  };
  return withTokenSession(call, token, readWrite, login, work);
}

/**
 * Finds the private keys that URIs name, each in a token of its own, and uses them while every token has a session.
 *
 * @throws KmsxError `token-missing`, `token-ambiguous`, `token-key-missing`, `options-conflict` for two keys in one token;
 * those of `withToken`
 */
export async function withTokenKeys<T>(
  call: CallModule,
  uris: readonly TokenKeyUri[],
  readWrite: boolean,
  options: PinOptions,
  session: Session,
  use: (keys: readonly TokenWrappingKey[]) => Promise<T>,
): Promise<T> {
  const tokens: Token[] = [];
  for (const { token: query } of uris) {
    const token = await findToken(call, query);
    if (tokens.some(({ slot }) => slot === token.slot)) {
      throw kmsxError('options-conflict', `two --privkey name keys in the token ${nameOf(token)}`, {
        hints: ['give one --privkey for each token'],
      });
    }
    tokens.push(token);
  }
  const open = async (
    rest: readonly TokenKeyUri[],
    keys: readonly TokenWrappingKey[],
  ): Promise<T> => {
    const [uri, ...others] = rest;
    const token = tokens[keys.length];
    if (uri === undefined || token === undefined) return use(keys);
    const pin = uri.pinFile === undefined ? options : { pinFile: uri.pinFile };
    return withToken(call, token, readWrite, pin, session, async (at) =>
      open(others, [...keys, await findWrappingKey(at, uri.object)]),
    );
  };
  return open(uris, []);
}

/**
 * Loads a module, finds the private keys that URIs name, and uses them for reading.
 *
 * @param timeoutMs - for one call to the module
 * @throws KmsxError those of `withModule` and `withTokenKeys`
 */
export async function withTokenKeysOf<T>(
  options: ModuleOptions & PinOptions,
  timeoutMs: number,
  uris: readonly TokenKeyUri[],
  session: Session,
  use: (keys: readonly TokenWrappingKey[]) => Promise<T>,
): Promise<T> {
  return withModule(options, timeoutMs, session, ({ call }) =>
    withTokenKeys(call, uris, false, options, session, use),
  );
}

/** As `withTokenKeysOf`, for one. */
export async function withTokenKey<T>(
  options: ModuleOptions & PinOptions,
  timeoutMs: number,
  uri: TokenKeyUri,
  session: Session,
  use: (key: TokenWrappingKey) => Promise<T>,
): Promise<T> {
  return withTokenKeysOf(options, timeoutMs, [uri], session, async ([key]) => {
    if (key === undefined) throw new TypeError('one URI names one key');
    return use(key);
  });
}
