/* A dedicated gateway by its id, at port 443 of a network of the tests' own, and all that its TLS may have wrong. */
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  CertificateAuthority,
  KeyPair,
} from '../../../src/local-kms/tls/certificate-authority.ts';
import {
  issueServerCertificate,
  makeCertificateAuthority,
  makeKeyPair,
} from '../../../src/local-kms/tls/certificate-authority.ts';
import { ACCESS_KEY_ENV, DOMAIN, startGateway } from '../../support/network/dedicated-gateway.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useNetwork } from '../../support/network/namespace.ts';
import { proxyUrl, startSquid } from '../../support/network/proxies.ts';
import { PUBKEY } from '../../support/wrapping/wrapping-keys.ts';
import { tlsFile } from '../../support/network/servers.ts';

const INSTANCE = 'kst-test';
const HOST = `${INSTANCE}.${DOMAIN}`;
const DAY_MS = 86_400_000;

const network = useNetwork({ hosts: ['127.0.0.1 localhost'] });
const at = (name: string): string => join(network().folder, name);
let rightPem = '';

beforeAll(async () => {
  rightPem = readFileSync(await startGateway(network(), '', 443), 'utf8');
});

function exportBy(
  where: readonly string[],
  caFile?: string | Buffer,
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  if (caFile !== undefined) writeFileSync(at('ca.pem'), caFile);
  const args = [
    ...['export-key', '--key-id', 'alias/rehearsal', '--pubkey', PUBKEY, '--verbose'],
    ...['--max-attempts', '5', '--backup', '/dev/null', ...where],
    ...(caFile === undefined ? [] : ['--ca-file', 'ca.pem']),
  ];
  return network().kmsx(args, { env: { ...ACCESS_KEY_ENV, ...env } });
}

const BY_ID = ['--gateway', INSTANCE, '--resolve', `${HOST}:443:127.0.0.1`];

/** The one error of a run that was not tried again. */
function expectOnce(result: RunResult): { message: string; hint: string } {
  expect(result, result.stderr).toMatchObject({ code: 5, stdout: '' });
  expect(result.stderr).toContain('attempt 1: ');
  expect(result.stderr).not.toContain('attempt 2');
  const [, message = ''] = /^kmsx: error: (.*)$/m.exec(result.stderr) ?? [];
  const [, hint = ''] = /^kmsx: hint: (.*)$/m.exec(result.stderr) ?? [];
  return { message, hint };
}

describe('a dedicated gateway', () => {
  it('is named by its id, and trusted by --ca-file', async () => {
    const result = await exportBy(BY_ID, rightPem);
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ Endpoint: `https://${HOST}` });
  });

  it.each<[string, (right: string, other: string) => string]>([
    ['of which the last is right', (right, other) => `${other}${other}${right}`],
    [
      'with text between them',
      (right, other) => `# old - until 2020\n${other}\n== new ==\n${right}`,
    ],
    ['with carriage returns', (right, other) => `${other}${right}`.replaceAll('\n', '\r\n')],
    ['of which one has expired', (right) => readFileSync(tlsFile('expired.pem'), 'utf8') + right],
  ])('is trusted by a file of several authorities %s', async (_, make) => {
    const result = await exportBy(BY_ID, make(rightPem, readFileSync(tlsFile('ca.pem'), 'utf8')));
    expect(result.code, result.stderr).toBe(0);
  });

  it.each<[string, (right: string) => string | Buffer, string, string]>([
    [
      'in DER',
      (right) => new X509Certificate(right).raw,
      'holds no certificate in PEM',
      'x509 -inform DER -in ca.pem',
    ],
    [
      'with a private key',
      (right) => right + readFileSync(tlsFile('sts.key.pem'), 'utf8'),
      'holds a private key',
      'openssl x509 -in ca.pem',
    ],
    [
      'that is cut short',
      (right) => right + right.slice(0, 400),
      'is damaged',
      'BEGIN to its END line',
    ],
    ['that has expired', () => readFileSync(tlsFile('expired.pem')), 'has expired', 'date -u'],
    ['that is empty', () => '', 'holds no certificate', '-----BEGIN CERTIFICATE-----'],
  ])('refuses a file %s before anything is sent: exit 2', async (_, make, message, hint) => {
    const result = await exportBy(BY_ID, make(rightPem));
    expect(result, result.stderr).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(hint);
    expect(result.stderr).not.toMatch(/attempt|PRIVATE KEY-----/);
  });

  it('is reached by its id through a proxy inside its VPC, which alone knows the name', async () => {
    const options = { port: 3128, tlsPort: 3129, hosts: [`127.0.0.1 ${HOST}`], denied: 'x.test' };
    const squid = await startSquid(network(), options);
    const proxy = { HTTPS_PROXY: proxyUrl(squid.port) };
    const result = await exportBy(['--gateway', INSTANCE], rightPem, proxy);
    expect(result.code, result.stderr).toBe(0);
    const other = readFileSync(tlsFile('ca.pem'));
    const { message } = expectOnce(await exportBy(['--gateway', INSTANCE], other, proxy));
    expect(message).toContain('an authority that is not trusted here');
    expect(squid.newLog().match(new RegExp(`CONNECT ${HOST}:443 `, 'g'))).toHaveLength(2);
  });

  it('is not trusted without its authority', async () => {
    const { message, hint } = expectOnce(await exportBy(BY_ID));
    expect(message).toBe(
      `the certificate of ${HOST} comes from an authority that is not trusted here`,
    );
    expect(hint).toContain('--ca-file PEM');
  });

  it.each([
    [
      'a dedicated gateway',
      ['--gateway', 'kst-nobody'],
      `kst-nobody.${DOMAIN}`,
      'inside the VPC of its KMS instance only',
    ],
    [
      'the VPC gateway',
      ['--gateway', 'vpc', '--region', 'cn-hangzhou'],
      'kms-vpc.cn-hangzhou.aliyuncs.com',
      '--gateway public',
    ],
    [
      'a region that is none',
      ['--region', 'cn-nowhere'],
      'kms.cn-nowhere.aliyuncs.com',
      '--region',
    ],
  ])('whose name is not known says where it is: %s', async (_, where, name, expected) => {
    const { message, hint } = expectOnce(await exportBy(where, rightPem));
    expect(message).toBe(`the name ${name} is not known`);
    expect(hint).toContain(expected);
  });
});

describe('a certificate that is wrong', () => {
  const day = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  const now = { notBefore: day(-1), notAfter: day(30) };
  let [right, other, old]: (CertificateAuthority | undefined)[] = [];
  let keys: KeyPair;
  let port = 9100;

  beforeAll(async () => {
    [right, other, old, keys] = await Promise.all([
      makeCertificateAuthority('right', now, randomBytes),
      makeCertificateAuthority('right', now, randomBytes), // of the same name
      makeCertificateAuthority('old', { notBefore: day(-9), notAfter: day(-1) }, randomBytes),
      makeKeyPair(),
    ]);
    writeFileSync(at('server.key'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  });

  const issue = (by: CertificateAuthority | undefined, name = HOST, validity = now): string => {
    if (by === undefined) throw new Error('no authority');
    const names = { dns: [name], addresses: [] };
    return issueServerCertificate(by, keys.publicKey, names, validity, randomBytes);
  };

  const CASES: [string, () => string, string, string][] = [
    [
      'by another authority',
      () => issue(other),
      'comes from an authority that is not trusted here',
      '--ca-file',
    ],
    [
      'for another name',
      () => issue(right, `kst-other.${DOMAIN}`),
      'is for another name',
      '--endpoint',
    ],
    [
      'that has expired',
      () => issue(right, HOST, { notBefore: day(-9), notAfter: day(-1) }),
      'has expired',
      'new certificate',
    ],
    ['of an authority that has expired', () => issue(old), 'has expired', 'a newer authority'],
    [
      'that is not valid yet',
      () => issue(right, HOST, { notBefore: day(1), notAfter: day(9) }),
      'is not valid yet',
      'date -u',
    ],
    ['that signed itself', selfSigned, 'shows a self-signed certificate', 'this certificate'],
  ];

  function selfSigned(): string {
    const args = ['req', '-x509', '-key', at('server.key'), '-subj', '/CN=test', '-days', '9'];
    return execFileSync('openssl', [...args, '-addext', `subjectAltName=DNS:${HOST}`]).toString();
  }

  const said = new Map<string, string>();

  it.each(CASES)(
    '%s is refused, once, by a message and a hint',
    async (title, make, message, hint) => {
      port += 1;
      writeFileSync(at(`${port}.pem`), make());
      const listen = ['-accept', `127.0.0.1:${port}`, '-cert', `${port}.pem`, '-key', 'server.key'];
      network()
        .start('openssl', ['s_server', '-quiet', ...listen])
        .stderr.resume();
      await network().waitFor('127.0.0.1', port);
      const authorities = `${old?.certificatePem ?? ''}${right?.certificatePem ?? ''}`;
      const where = ['--endpoint', `${HOST}:${port}`, '--resolve', `${HOST}:${port}:127.0.0.1`];
      const result = expectOnce(await exportBy(where, authorities));
      expect(result.message).toContain(message);
      expect(result.message).toContain(`${HOST}:${port}`);
      expect(result.hint).toContain(hint);
      said.set(title.replace('of an authority ', ''), result.hint);
    },
  );

  it('of each kind has a hint of its own', () => {
    expect(said.size).toBe(CASES.length - 1);
    expect(new Set(said.values()).size).toBe(said.size);
  });
});
