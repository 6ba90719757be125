import { Params } from '@alicloud/openapi-client';

/**
 * How the SDK sends a call of the RPC style: a POST to `/`, whose answer is JSON. The protocol that counts is that of
 * the client's configuration.
 *
 * @param version - of the product's API, such as `2016-01-20`
 */
export function rpcParams(action: string, version: string): Params {
  return new Params({
    action,
    version,
    protocol: 'HTTPS',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
}
