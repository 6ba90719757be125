import { createHmac } from 'node:crypto';
import type { RpcRequest } from '../request/rpc-request.ts';
import { digest } from './digest.ts';
import type { Credential } from './header-scheme.ts';
import { headerScheme } from './header-scheme.ts';
import type { SignatureScheme } from './scheme.ts';

const CREDENTIAL = /^([A-Za-z0-9.]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/Kms\/aliyun_v4_request$/;
const HOST_OF_REGION = /^kms(?:-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com(?::\d+)?$/i;

/**
 * ACS4-HMAC-SHA256, as in Alibaba Cloud's client library gateway-pop: a Credential of access key, day, region, product
 * and `aliyun_v4_request`, and a key derived from the secret for exactly that scope.
 */
export const acs4HmacSha256: SignatureScheme = headerScheme({
  name: 'ACS4-HMAC-SHA256',
  contentHeaders: ['x-acs-content-sha256'],
  hash: (data) => digest('sha256', data, 'hex'),
  readCredential,
});

function readCredential(credential: string, { headers }: RpcRequest): Credential | undefined {
  const [, accessKeyId, day, region] = CREDENTIAL.exec(credential) ?? [];
  if (accessKeyId === undefined || day === undefined || region === undefined) return undefined;
  const date = headers.get('x-acs-date') ?? '';
  if (date !== '' && date.slice(0, 10).replaceAll('-', '') !== day) return undefined;
  const [, hostRegion = region] = HOST_OF_REGION.exec(headers.get('host') ?? '') ?? [];
  if (hostRegion.toLowerCase() !== region) return undefined;
  return {
    accessKeyId,
    sign: (stringToSign, accessKeySecret) => {
      const key = [day, region, 'Kms', 'aliyun_v4_request'].reduce(
        hmac,
        Buffer.from(`aliyun_v4${accessKeySecret}`),
      );
      return hmac(key, stringToSign).toString('hex');
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
