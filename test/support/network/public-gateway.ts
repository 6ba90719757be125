import { randomBytes } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  issueServerCertificate,
  makeCertificateAuthority,
  makeKeyPair,
} from '../../../src/local-kms/tls/certificate-authority.ts';

/** A server under a name of KMS that knows no key, with a certificate of an authority of its own; it ends with the test. */
export async function startPublicGateway(
  name: string,
): Promise<{ port: number; authorityPem: string }> {
  const validity = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 90 * 86_400_000),
  };
  const [authority, keys] = await Promise.all([
    makeCertificateAuthority('kmsx test', validity, randomBytes),
    makeKeyPair(),
  ]);
  const names = { dns: [name], addresses: [] };
  const server = https.createServer(
    {
      cert: issueServerCertificate(authority, keys.publicKey, names, validity, randomBytes),
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
    (request, response) => {
      request.resume();
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"Code":"Forbidden.KeyNotFound","RequestId":"R-1"}');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, authorityPem: authority.certificatePem };
}
