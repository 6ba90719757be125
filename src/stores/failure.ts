import type { ErrorCode } from '../base/error-codes.ts';
import { KmsxError, kmsxError, systemErrorCode } from '../base/error.ts';
import type { StoreAddress } from './login/url.ts';

/** What a database's own code means. */
export type Meaning = Extract<ErrorCode, `store-${string}`>;

/** What Node.js says of certificates and TLS, by the beginnings of its codes (`tls.connect`). */
const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HANDSHAKE_SSL|HANDSHAKE_NO_SSL)/;

/** What messages begin with. */
export function storeAt(label: string): string {
  return `the store at ${label}: `;
}

/** An error of a database as kmsx says it, with what the server said, cut short. */
export function storeError(
  code: Meaning,
  { kind, label }: Pick<StoreAddress, 'kind' | 'label'>,
  said: string,
): KmsxError {
  const message = `${storeAt(label)}${short(said)}`;
  return code === 'store-login-refused' || code === 'store-permission-missing'
    ? kmsxError(code, message, { details: { database: kind } })
    : kmsxError(code, message, {
        details: {} as never,
      });
}

/** An error of the connection itself: not the server's refusal, but the network's or TLS's. */
export function connectionError(
  error: unknown,
  address: Pick<StoreAddress, 'kind' | 'label'>,
): KmsxError {
  if (error instanceof KmsxError) return error;
  const code = systemErrorCode(error) ?? '';
  const said = error instanceof Error ? error.message : String(error);
  // The words of the two clients, where they give no code.
  const isTls = TLS_CODE.test(code) || /SSL connection|support secure/i.test(said);
  const isLogin = said.startsWith('SASL:');
  const meaning = isTls
    ? 'store-tls-failed'
    : isLogin
      ? 'store-login-refused'
      : 'store-unreachable';
  return storeError(meaning, address, [said, code].find((text) => text !== '') ?? 'no answer');
}

/** A server that wants the password in a form which kmsx does not send. */
export function wantsPassword(
  { kind, label }: Pick<StoreAddress, 'kind' | 'label'>,
  how: string,
  hint: string,
): KmsxError {
  return kmsxError('store-login-refused', `${storeAt(label)}it wants the password ${how}`, {
    details: { database: kind },
    hints: [hint],
  });
}

/** One line without control characters and full stop, 300 characters at most. */
function short(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .slice(0, 300)
    .replace(/\.$/, '');
}
