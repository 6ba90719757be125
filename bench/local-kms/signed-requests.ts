import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';

export interface SigningKey {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

/** A call: its action, and its parameters in the order of their names. */
export interface Call {
  readonly action: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** A call of GenerateAndExportDataKey, for a new RSA key. */
export function exportCall(keyId: string): Call {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return {
    action: 'GenerateAndExportDataKey',
    parameters: [
      ['KeyId', keyId],
      ['KeySpec', 'AES_256'],
      ['PublicKeyBlob', publicKey.toString('base64')],
      ['WrappingAlgorithm', 'RSAES_OAEP_SHA_256'],
      ['WrappingKeySpec', 'RSA_2048'],
    ],
  };
}

/**
 * Makes HTTP/1.1 requests of one call, each signed with ACS3-HMAC-SHA256 and a nonce of its own, ready to be written to a
 * connection.
 *
 * @param host - of the Host header
 */
export function signedRequests(count: number, host: string, call: Call, key: SigningKey): Buffer[] {
  const query = call.parameters
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return Array.from({ length: count }, () =>
    Buffer.from(signedRequest(call.action, query, host, key), 'latin1'),
  );
}

function signedRequest(action: string, query: string, host: string, key: SigningKey): string {
  const headers = [
    ['host', host],
    ['x-acs-action', action],
    ['x-acs-content-sha256', sha256('')],
    ['x-acs-date', new Date().toISOString().replace(/\.\d+Z$/, 'Z')],
    ['x-acs-signature-nonce', randomUUID()],
    ['x-acs-version', '2016-01-20'],
  ].map(([name = '', value = '']) => [name, value] as const);
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = ['POST', '/', query, lines, names, sha256('')].join('\n');
  const signature = createHmac('sha256', key.AccessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.AccessKeyId},SignedHeaders=${names},Signature=${signature}`;
  return [
    `POST /?${query} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `authorization: ${authorization}`,
    'content-length: 0',
    '\r\n',
  ].join('\r\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
