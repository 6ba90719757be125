import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Call, SignedRequest } from './test-kms.ts';

/* Every signature scheme that KMS has, written from the published algorithms alone: it shares nothing with src/. */

export const SCHEMES = [
  'HMAC-SHA1',
  'ACS3-HMAC-SHA256',
  'ACS3-HMAC-SM3',
  'ACS4-HMAC-SHA256',
] as const;

export type Scheme = (typeof SCHEMES)[number];
export type HeaderScheme = Exclude<Scheme, 'HMAC-SHA1'>;

/** What a signer signs. What is left out it fills in. */
export interface SigningCall extends Call {
  readonly securityToken?: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly date?: string;
  readonly nonce?: string;
  /** Version 1.0: common parameters to change, or with undefined to leave out, before signing. */
  readonly common?: Readonly<Record<string, string | undefined>>;
  /** Version 1.0: where the common parameters go; the query, if nothing else is said. */
  readonly commonIn?: 'query' | 'form';
  /** ACS4: `day/region/product/terminator`. */
  readonly scope?: string;
}

/** Signs a call. The host is that of `headers`, or kms.cn-hangzhou.aliyuncs.com. */
export function signWith(scheme: Scheme, call: SigningCall): SignedRequest {
  return scheme === 'HMAC-SHA1' ? signVersion1(call) : signHeaders(scheme, call);
}

/** Version 1.0, HMAC-SHA1 (help 2618354): everything is a parameter. */
function signVersion1(call: SigningCall): SignedRequest {
  const { method = 'POST', commonIn = 'query' } = call;
  const common = withoutUndefined({
    Action: call.action ?? 'ListKeys',
    Version: '2016-01-20',
    Format: 'JSON',
    Timestamp: call.date ?? now(),
    SignatureNonce: call.nonce ?? randomUUID(),
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    AccessKeyId: call.accessKeyId,
    SecurityToken: call.securityToken,
    ...call.common,
  });
  const stringToSign = [
    method,
    encode('/'),
    encode(encodePairs(sorted({ ...common, ...call.query, ...call.form }))),
  ].join('&');
  const signed = {
    Signature: createHmac('sha1', `${call.accessKeySecret ?? ''}&`)
      .update(stringToSign)
      .digest('base64'),
    ...common,
  };
  const query = commonIn === 'query' ? { ...call.query, ...signed } : (call.query ?? {});
  const form = commonIn === 'form' ? { ...call.form, ...signed } : call.form;
  const headers = withoutUndefined({
    host: 'kms.cn-hangzhou.aliyuncs.com',
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...call.headers,
  });
  const body = form === undefined ? '' : encodePairs(Object.entries(form));
  return { method, path: `/?${encodePairs(Object.entries(query))}`, headers, body };
}

/** ACS3 (help 2618355) and ACS4 (the client library gateway-pop): the signature stands in Authorization. */
function signHeaders(scheme: HeaderScheme, call: SigningCall): SignedRequest {
  const { query = {}, form, method = 'POST', accessKeyId = '', accessKeySecret = '' } = call;
  const hash = scheme === 'ACS3-HMAC-SM3' ? 'sm3' : 'sha256';
  const hex = (text: string): string => createHash(hash).update(text).digest('hex');
  const body = form === undefined ? '' : encodePairs(Object.entries(form));
  const date = call.date ?? now();
  const token = call.securityToken;
  const headers = withoutUndefined({
    host: 'kms.cn-hangzhou.aliyuncs.com',
    'x-acs-version': '2016-01-20',
    'x-acs-action': call.action ?? 'ListKeys',
    'x-acs-date': date,
    'x-acs-signature-nonce': call.nonce ?? randomUUID(),
    [`x-acs-content-${hash}`]: hex(body),
    ...(token === undefined
      ? {}
      : { 'x-acs-accesskey-id': accessKeyId, 'x-acs-security-token': token }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...call.headers,
  });
  const names = call.signedHeaders ?? namesToSign(headers);
  const canonical = [
    method,
    '/',
    encodePairs(sorted(query)),
    names.map((name) => `${name}:${headers[name] ?? ''}\n`).join(''),
    names.join(';'),
    hex(body),
  ].join('\n');
  const stringToSign = `${scheme}\n${hex(canonical)}`;
  const scope =
    call.scope ?? `${date.slice(0, 10).replaceAll('-', '')}/cn-hangzhou/Kms/aliyun_v4_request`;
  const isVersion4 = scheme === 'ACS4-HMAC-SHA256';
  const key = isVersion4 ? derivedKey(accessKeySecret, scope) : accessKeySecret;
  const signature = createHmac(hash, key).update(stringToSign).digest('hex');
  const credential = isVersion4 ? `${accessKeyId}/${scope}` : accessKeyId;
  headers['authorization'] =
    `${scheme} Credential=${credential},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { method, path: `/?${encodePairs(Object.entries(query))}`, headers, body };
}

function namesToSign(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(headers)
    .filter((name) => name.startsWith('x-acs-') || ['host', 'content-type'].includes(name))
    .sort();
}

function derivedKey(secret: string, scope: string): Buffer {
  let key = Buffer.from(`aliyun_v4${secret}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return key;
}

/** As pairs, since an object keeps an order of its own for names that are numbers. */
function sorted(parameters: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
}

function encodePairs(parameters: readonly (readonly [name: string, value: string])[]): string {
  return parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function withoutUndefined(
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) defined[name] = value;
  return defined;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
