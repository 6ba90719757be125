import { createHmac } from 'node:crypto';
import { digest } from './digest.ts';
import { headerScheme } from './header-scheme.ts';
import type { SignatureScheme } from './scheme.ts';

/**
 * ACS3-HMAC-SHA256, which today's SDKs use (help 2618355): `Credential=AccessKeyId`, and the HMAC-SHA256 of the
 * string to sign under the access key's secret.
 */
export const acs3HmacSha256: SignatureScheme = headerScheme({
  name: 'ACS3-HMAC-SHA256',
  contentHeaders: ['x-acs-content-sha256'],
  hash: (data) => digest('sha256', data, 'hex'),
  readCredential: (accessKeyId) => {
    if (!/^[A-Za-z0-9.]{1,128}$/.test(accessKeyId)) return undefined;
    return {
      accessKeyId,
      sign: (stringToSign, accessKeySecret) =>
        createHmac('sha256', accessKeySecret).update(stringToSign).digest('hex'),
    };
  },
});
