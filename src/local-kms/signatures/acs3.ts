import { createHmac } from 'node:crypto';
import { digest } from './digest.ts';
import { headerScheme } from './header-scheme.ts';
import type { SignatureScheme } from './scheme.ts';

/**
 * ACS3-HMAC-SHA256, which today's SDKs use (help 2618355): `Credential=AccessKeyId`, and the HMAC-SHA256 of the
 * string to sign under the access key's secret.
 */
export const acs3HmacSha256 = acs3('ACS3-HMAC-SHA256', 'sha256', ['x-acs-content-sha256']);

/**
 * ACS3-HMAC-SM3 (help 2618355): ACS3-HMAC-SHA256 with SM3 (GB/T 32905) for both the hashes and the HMAC. The hash of
 * the payload belongs in `x-acs-content-sm3`; the official SDKs put it into `x-acs-content-sha256`, SM3 or not.
 */
export const acs3HmacSm3 = acs3('ACS3-HMAC-SM3', 'sm3', [
  'x-acs-content-sm3',
  'x-acs-content-sha256',
]);

function acs3(
  name: string,
  algorithm: 'sha256' | 'sm3',
  contentHeaders: readonly string[],
): SignatureScheme {
  return headerScheme({
    name,
    contentHeaders,
    hash: (data) => digest(algorithm, data, 'hex'),
    readCredential: (accessKeyId) => {
      if (!/^[A-Za-z0-9.]{1,128}$/.test(accessKeyId)) return undefined;
      return {
        accessKeyId,
        sign: (stringToSign, accessKeySecret) =>
          createHmac(algorithm, accessKeySecret).update(stringToSign).digest('hex'),
      };
    },
  });
}
