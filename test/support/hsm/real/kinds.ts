import { NSS } from './nss.ts';
import { SOFTHSM } from './softhsm.ts';
import type { TokenKind } from './token.ts';

/** The tokens in which a data key can live. */
export const TOKEN_KINDS: readonly TokenKind[] = [SOFTHSM, NSS];
