import type { CallModule } from './cryptoki/calls.ts';
import { MECHANISM_FLAGS, TOKEN_FLAGS } from './cryptoki/constants.ts';
import type { Token } from './tokens.ts';
import { hasFlag } from './tokens.ts';

/** What `list-tokens` prints of a token. */
export interface TokenReport {
  readonly Token: string;
  readonly Serial: string;
  /** Decimal: it may be longer than a JSON number carries. */
  readonly Slot: string;
  readonly Manufacturer: string;
  readonly Model: string;
  readonly Firmware: string;
  readonly Flags: readonly (keyof typeof TOKEN_FLAGS)[];
  readonly MakesPairs: boolean;
  /** CKF_UNWRAP of CKM_RSA_PKCS_OAEP: what the token says of itself. */
  readonly SaysItUnwraps: boolean;
  /** The wrapping algorithms that it was found to unwrap; absent where that was not tried. */
  readonly Unwraps?: readonly string[];
}

/**
 * Says what a token is and can take.
 *
 * @param probe - tries the algorithms; undefined where that cannot be done in this token
 * @throws CryptokiFailure
 */
export async function reportToken(
  call: CallModule,
  token: Token,
  probe: (() => Promise<string[] | undefined>) | undefined,
): Promise<TokenReport> {
  const { slot } = token;
  const pairs = await call('mechanismFlags', { slot, mechanism: 'rsa-key-pair-gen' });
  const oaep = await call('mechanismFlags', { slot, mechanism: 'rsa-oaep' });
  const flags = Object.keys(TOKEN_FLAGS) as (keyof typeof TOKEN_FLAGS)[];
  const unwraps = await probe?.();
  return {
    Token: token.label,
    Serial: token.serial,
    Slot: slot.toString(),
    Manufacturer: token.manufacturer,
    Model: token.model,
    Firmware: token.firmware,
    Flags: flags.filter((flag) => hasFlag(token, flag)),
    MakesPairs: (pairs & MECHANISM_FLAGS.generatePair) !== 0,
    SaysItUnwraps: (oaep & MECHANISM_FLAGS.unwrap) !== 0,
    ...(unwraps !== undefined && { Unwraps: unwraps }),
  };
}
