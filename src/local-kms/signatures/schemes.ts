import { acs3HmacSha256 } from './acs3-hmac-sha256.ts';
import { acs3HmacSm3 } from './acs3-hmac-sm3.ts';
import { acs4HmacSha256 } from './acs4-hmac-sha256.ts';
import { hmacSha1 } from './hmac-sha1.ts';
import type { SignatureScheme } from './scheme.ts';

/** The signature schemes that this server takes. */
export const SIGNATURE_SCHEMES: readonly SignatureScheme[] = [
  acs3HmacSha256,
  acs3HmacSm3,
  acs4HmacSha256,
  hmacSha1,
];
