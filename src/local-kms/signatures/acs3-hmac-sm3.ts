import { createHmac } from 'node:crypto';
import { digest } from './digest.ts';
import { headerScheme } from './header-scheme.ts';
import type { SignatureScheme } from './scheme.ts';

/**
 * ACS3-HMAC-SM3 (help 2618355): as ACS3-HMAC-SHA256 with SM3 (GB/T 32905) for both the hashes and the HMAC, and the
 * payload's hash in `x-acs-content-sm3`; the official SDKs put it into `x-acs-content-sha256`, SM3 or not.
 */
export const acs3HmacSm3: SignatureScheme = headerScheme({
  name: 'ACS3-HMAC-SM3',
  contentHeaders: ['x-acs-content-sm3', 'x-acs-content-sha256'],
  hash: (data) => digest('sm3', data, 'hex'),
  readCredential: (accessKeyId) => {
    if (!/^[A-Za-z0-9.]{1,128}$/.test(accessKeyId)) return undefined;
    return {
      accessKeyId,
      sign: (stringToSign, accessKeySecret) =>
        createHmac('sm3', accessKeySecret).update(stringToSign).digest('hex'),
    };
  },
});
