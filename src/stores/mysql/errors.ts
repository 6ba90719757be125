import type { KmsxError } from '../../base/error.ts';
import type { Meaning } from '../failure.ts';
import { connectionError, storeError, wantsPassword } from '../failure.ts';
import type { StoreAddress } from '../login/url.ts';

/** What error numbers of MySQL and MariaDB mean (their manuals' lists of server errors). */
const NUMBERS: Readonly<Partial<Record<number, Meaning>>> = {
  3: 'store-full', // EE_WRITE: writing a file failed
  28: 'store-full', // ENOSPC, from a storage engine
  1021: 'store-full',
  1026: 'store-full',
  1114: 'store-full',
  1040: 'store-unreachable',
  1053: 'store-unreachable',
  1152: 'store-unreachable',
  1158: 'store-unreachable',
  1159: 'store-unreachable',
  1160: 'store-unreachable',
  1161: 'store-unreachable',
  1203: 'store-unreachable',
  1205: 'store-unreachable',
  1213: 'store-unreachable',
  1226: 'store-unreachable',
  1317: 'store-unreachable',
  1927: 'store-unreachable',
  1969: 'store-unreachable',
  3024: 'store-unreachable',
  4031: 'store-unreachable',
  1045: 'store-login-refused',
  1130: 'store-login-refused',
  1524: 'store-login-refused',
  1698: 'store-login-refused',
  1820: 'store-login-refused',
  1862: 'store-login-refused',
  3118: 'store-login-refused',
  4151: 'store-login-refused',
  1044: 'store-permission-missing', // no right at all to the database: also a login whose role is not its default
  1142: 'store-permission-missing',
  1143: 'store-permission-missing',
  1227: 'store-permission-missing',
  1370: 'store-permission-missing',
  1049: 'store-not-ready',
  1054: 'store-not-ready',
  1146: 'store-not-ready',
  1062: 'store-name-exists',
  1290: 'store-read-only',
  1792: 'store-read-only',
  1836: 'store-read-only',
};

/** An error of the client or the server as kmsx's own. */
export function mysqlError(error: unknown, address: StoreAddress): KmsxError {
  if (!(error instanceof Error)) return connectionError(error, address);
  const { errno, sqlState, code } = error as {
    readonly errno?: unknown;
    readonly sqlState?: unknown;
    readonly code?: unknown;
  };
  // What mysql2 itself says of a login.
  if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    return wantsPassword(
      address,
      'in clear, which kmsx sends to no server',
      'have the login identified by caching_sha2_password',
    );
  }
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR') {
    return storeError('store-login-refused', address, error.message);
  }
  // Errors of Node.js have an errno too, a negative one.
  if (typeof errno !== 'number' || typeof sqlState !== 'string' || errno <= 0) {
    return connectionError(error, address);
  }
  return storeError(NUMBERS[errno] ?? 'store-failed', address, `${error.message} (error ${errno})`);
}
