import type { KmsxError } from '../../base/error.ts';
import { systemErrorCode } from '../../base/error.ts';
import type { Meaning } from '../failure.ts';
import { connectionError, storeError } from '../failure.ts';
import type { StoreAddress } from '../login/url.ts';

/** What SQLSTATEs mean, the exact ones first, then their classes (PostgreSQL's documentation, appendix A). */
const STATES: readonly (readonly [state: string, meaning: Meaning])[] = [
  ['23505', 'store-name-exists'],
  ['25006', 'store-read-only'],
  ['3D000', 'store-not-ready'],
  ['3F000', 'store-not-ready'],
  ['42501', 'store-permission-missing'],
  ['42P01', 'store-not-ready'],
  ['42703', 'store-not-ready'],
  ['53100', 'store-full'],
  ['53', 'store-unreachable'],
  ['08', 'store-unreachable'],
  ['28', 'store-login-refused'],
  ['40', 'store-unreachable'],
  ['55P03', 'store-unreachable'],
  ['57', 'store-unreachable'],
];

/** An error of the client or the server as kmsx's own. */
export function postgresError(error: unknown, address: StoreAddress): KmsxError {
  const state = systemErrorCode(error);
  if (!(error instanceof Error) || state === undefined || !isSqlState(error, state)) {
    return connectionError(error, address);
  }
  const meaning = STATES.find(([beginning]) => state.startsWith(beginning))?.[1] ?? 'store-failed';
  return storeError(meaning, address, `${error.message} (SQLSTATE ${state})`);
}

/** The server's own errors have a severity; a code of Node.js such as EPIPE could be taken for a SQLSTATE. */
function isSqlState(error: Error, code: string): boolean {
  return 'severity' in error && /^[0-9A-Z]{5}$/.test(code);
}
