import { kmsxError } from '../base/error.ts';
import type { CallModule, TokenInfo } from './cryptoki/calls.ts';
import { TOKEN_FLAGS } from './cryptoki/constants.ts';
import type { TokenQuery } from './token-uri.ts';

/** A token in a slot of a module. */
export interface Token extends TokenInfo {
  readonly slot: bigint;
}

/** The tokens of a module that were initialised. */
export async function listTokens(call: CallModule): Promise<Token[]> {
  const tokens: Token[] = [];
  for (const slot of await call('slots', {})) {
    tokens.push({ slot, ...(await call('tokenInfo', { slot })) });
  }
  return tokens.filter((token) => hasFlag(token, 'TokenInitialized') || token.label !== '');
}

/**
 * Finds the one token that agrees with all that is asked.
 *
 * @throws KmsxError `token-missing`, `token-ambiguous`; CryptokiFailure
 */
export async function findToken(call: CallModule, query: TokenQuery): Promise<Token> {
  const tokens = await listTokens(call);
  const [found, ...others] = tokens.filter((token) => agrees(token, query));
  const shown = tokens.map(nameOf).join(', ');
  if (found === undefined) {
    throw kmsxError(
      'token-missing',
      tokens.length === 0 ? 'the module has no token' : `no such token: the module has ${shown}`,
    );
  }
  if (others.length === 0) return found;
  throw kmsxError('token-ambiguous', `${others.length + 1} tokens match: ${shown}`);
}

export function hasFlag({ flags }: TokenInfo, flag: keyof typeof TOKEN_FLAGS): boolean {
  return (flags & TOKEN_FLAGS[flag]) !== 0;
}

/** What errors call a token. */
export function nameOf({ label, serial }: TokenInfo): string {
  return serial === '' ? JSON.stringify(label) : `${JSON.stringify(label)} (${serial})`;
}

function agrees(token: Token, query: TokenQuery): boolean {
  return Object.entries(query).every(([name, value]) => token[name as keyof TokenQuery] === value);
}
