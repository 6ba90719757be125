import { kmsxError } from '../../../base/error.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import { parseTokenKeyUri } from '../../../hsm/token-uri.ts';
import { nameOf } from '../../../hsm/tokens.ts';
import { unwrappedAlgorithms } from '../../../hsm/unwrap-inside.ts';
import { wrappingPublicKeyOf } from '../../../hsm/wrapping-key.ts';
import type { Session } from '../../../terminal/session.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { parseSeconds } from '../connection/connection-options.ts';
import type { ModuleOptions } from './module-options.ts';
import type { PinOptions } from './pin.ts';
import { withTokenKey } from './token-keys.ts';

/** What reads the public key of a token: the options of modules, and the time for one call. */
export type TokenRecipientOptions = ModuleOptions & PinOptions & { readonly timeout: string };

/**
 * Takes the public key of a wrapping key in a token, and the first algorithm that the token really unwraps: each is tried
 * with a throw-away key.
 *
 * @param asked - the algorithm that was asked for, which the token must take
 * @throws KmsxError `uri-malformed`, `token-cannot-unwrap`; those of modules and tokens, and of `requireWrappingKey`
 */
export async function tokenRecipient(
  uri: string,
  asked: WrappingAlgorithm | undefined,
  options: TokenRecipientOptions,
  session: Session,
): Promise<Recipient> {
  const named = parseTokenKeyUri(uri);
  const timeoutMs = parseSeconds('--timeout', options.timeout);
  return withTokenKey(options, timeoutMs, named, session, async (key) => {
    const name = nameOf(key.at.token);
    const algorithms = await unwrappedAlgorithms(key);
    const algorithm =
      asked === undefined ? algorithms[0] : algorithms.find((each) => each.name === asked.name);
    if (algorithm === undefined) {
      const takes = algorithms.map((each) => each.name);
      throw kmsxError(
        'token-cannot-unwrap',
        `the token ${name} does not unwrap with ${asked?.name ?? 'any algorithm of KMS'}`,
        {
          details: { takes },
          hints:
            takes.length === 0
              ? undefined
              : [`leave out --wrapping-algorithm: the token takes ${takes.join(' and ')}`],
        },
      );
    }
    return { publicKey: wrappingPublicKeyOf(key, `the token ${name}`), algorithm };
  });
}
