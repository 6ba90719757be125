import { acs3HmacSha256 } from './acs3-hmac-sha256.ts';
import type { SignatureScheme } from './scheme.ts';

/** The signature schemes that this server takes. */
export const SIGNATURE_SCHEMES: readonly SignatureScheme[] = [acs3HmacSha256];
