import { kmsxError } from '../../../base/error.ts';
import type { Recipient } from '../../../data-key/recipient.ts';
import { parseTokenKeyUri } from '../../../hsm/token-uri.ts';
import { nameOf } from '../../../hsm/tokens.ts';
import { unwrappedAlgorithms } from '../../../hsm/unwrap-inside.ts';
import type { Session } from '../../../terminal/session.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { requireWrappingKey } from '../../../wrapping/public-key/wrapping-public-key.ts';
import { parseSeconds } from '../connection-options.ts';
import type { ModuleOptions } from './module-options.ts';
import { withModule } from './module-options.ts';
import type { PinOptions } from './pin.ts';
import { withTokenKeys } from './token-keys.ts';

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
  return withModule(options, timeoutMs, session, ({ call }) =>
    withTokenKeys(call, [named], false, options, session, async ([key]) => {
      if (key === undefined) throw new TypeError('one URI names one key');
      const name = nameOf(key.at.token);
      const takes = await unwrappedAlgorithms(key);
      const chosen = asked === undefined ? takes[0] : takes.find((each) => each === asked.name);
      if (chosen === undefined) {
        throw kmsxError(
          'token-cannot-unwrap',
          `the token ${name} does not unwrap with ${asked?.name ?? 'any algorithm of KMS'}`,
          {
            details: { takes },
            hints:
              takes[0] === undefined
                ? undefined
                : [`leave out --wrapping-algorithm: the token takes ${takes.join(' and ')}`],
          },
        );
      }
      const publicKey = requireWrappingKey({ ...key.publicKey, purpose: {} }, `the token ${name}`);
      return { publicKey, algorithm: findWrappingAlgorithm(chosen) };
    }),
  );
}
