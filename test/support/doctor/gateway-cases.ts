import { join } from 'node:path';
import type { CertificateName } from '../network/servers.ts';
import { closedPort, json, startServer, startTcpServer, tlsFile } from '../network/servers.ts';
import type { DoctorCase, Scene } from './scenes.ts';
import { dedicated, file, GOOD, GOOD_KEY, HASTY, ONCE, PUBKEY } from './scenes.ts';
import type { DoctorStage } from './stage.ts';
import { INSTANCE, KEYS } from './stage.ts';

const CA = ['--ca-file', tlsFile('ca.pem')];

async function withCertificate(certificate: CertificateName, ...args: string[]): Promise<Scene> {
  const server = await startServer((_, response) => {
    json(response, {});
  }, certificate);
  return { args: ['--endpoint', server.url, ...ONCE, ...GOOD_KEY, ...PUBKEY, ...args], env: GOOD };
}

async function dedicatedWith(certificate: CertificateName, caFile: string): Promise<Scene> {
  const { port } = await startServer((_, response) => {
    json(response, {});
  }, certificate);
  return { args: dedicated(port, caFile, ...GOOD_KEY), env: GOOD };
}

/** Ways to a gateway that do not lead there. */
export const GATEWAY_CASES: readonly DoctorCase[] = [
  {
    title: 'no region',
    scene: () => ({ args: ONCE, env: GOOD }),
    ...{ check: 'region', code: 'region-missing', exit: 2 },
    hint: /--region/,
    others: { credentials: 'pass', gateway: 'not-reached', swap: 'pass|warn' },
  },
  {
    title: 'a region that would become another host',
    scene: () => ({ args: ['--region', 'evil.example/#'], env: GOOD }),
    ...{ check: 'region', code: 'region-malformed', exit: 2 },
  },
  {
    title: 'a region that the ARN contradicts',
    scene: () => ({
      args: ['--region', 'cn-beijing', '--key-id', `acs:kms:cn-hangzhou:1:key/${KEYS.good}`],
      env: GOOD,
    }),
    ...{ check: 'region', code: 'region-contradicts', exit: 2 },
  },
  {
    title: 'an endpoint that is none',
    scene: () => ({ args: ['--endpoint', 'http://kms.example'], env: GOOD }),
    ...{ check: 'gateway', code: 'gateway-malformed', exit: 2 },
  },
  {
    title: 'a name that does not exist',
    scene: () => ({ args: ['--endpoint', 'https://kms.invalid', ...ONCE], env: GOOD }),
    ...{ check: 'gateway', code: 'network-failed', exit: 5 },
    message: /kms\.invalid/,
    others: { tcp: 'not-reached', identity: 'not-reached', swap: 'pass|warn' },
  },
  {
    title: 'a port that nothing listens on',
    scene: async () => ({
      args: ['--endpoint', `https://127.0.0.1:${await closedPort()}`, ...ONCE],
      env: GOOD,
    }),
    ...{ check: 'tcp', code: 'network-failed', exit: 5 },
    message: /refuses connections/,
    others: { gateway: 'pass', tls: 'not-reached', clock: 'not-reached' },
  },

  {
    title: 'a state of the embedded KMS that is damaged',
    scene: (stage: DoctorStage): Scene => {
      file(stage, 'damaged/kmsx/local-kms/state.json', '{"canary":');
      return {
        args: ['--gateway', 'local'],
        env: { XDG_STATE_HOME: join(stage.folder, 'damaged') },
      };
    },
    ...{ check: 'gateway', code: 'state-malformed', exit: 2 },
    others: { credentials: 'not-reached', signature: 'not-reached' },
  },
  {
    title: 'an authority that is not trusted',
    scene: () => withCertificate('localhost'),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /authority that is not trusted/,
    hint: /--ca-file/,
    others: { tcp: 'pass', signature: 'not-reached' },
  },
  {
    title: 'a certificate for another name',
    scene: () => withCertificate('address', ...CA),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /another name/,
  },
  {
    title: 'a certificate that has expired',
    scene: () => withCertificate('expired', ...CA),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /has expired/,
  },
  {
    title: 'a self-signed certificate',
    scene: () => withCertificate('self-signed', ...CA),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /self-signed/,
  },
  {
    title: 'a CA file that is not there',
    scene: () => withCertificate('localhost', '--ca-file', 'nothing.pem'),
    ...{ check: 'tls', code: 'file-missing', exit: 7 },
    others: { tcp: 'pass', credentials: 'pass' },
  },
  {
    title: 'a CA file that is none',
    scene: () => withCertificate('localhost', '--ca-file', tlsFile('localhost.key.pem')),
    ...{ check: 'tls', code: 'ca-file-malformed', exit: 2 },
    others: { tcp: 'pass' },
  },
  {
    title: 'http where https was meant',
    scene: (stage) => ({
      args: ['--endpoint', `https://127.0.0.1:${stage.kms.port}`, ...ONCE],
      env: GOOD,
    }),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /does not speak TLS/,
  },
  {
    title: 'a server that says nothing',
    scene: async () => ({
      args: [
        ...['--endpoint', `https://127.0.0.1:${await startTcpServer(() => undefined)}`],
        ...HASTY,
      ],
      env: GOOD,
    }),
    ...{ check: 'tls', code: 'timed-out', exit: 5 },
    others: { tcp: 'pass' },
  },

  {
    title: 'a dedicated gateway with a wrong authority',
    scene: ({ tls }) => dedicatedWith('instance', tls.announcement.CaFile ?? ''),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /authority that is not trusted/,
  },
  {
    title: 'a dedicated gateway with a certificate for another name',
    scene: () => dedicatedWith('localhost', tlsFile('ca.pem')),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /another name/,
  },
  {
    title: 'a dedicated gateway with a certificate that has expired',
    scene: () => dedicatedWith('expired', tlsFile('ca.pem')),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    message: /has expired/,
  },
  {
    title: 'a dedicated gateway without its CA file',
    scene: ({ tls: { port } }) => ({
      args: dedicated(port, '', ...GOOD_KEY).filter((word) => word !== '--ca-file' && word !== ''),
      env: GOOD,
    }),
    ...{ check: 'tls', code: 'tls-failed', exit: 5 },
    hint: /--ca-file/,
  },
  {
    title: 'a key that a dedicated gateway does not know',
    scene: ({ tls: { port, announcement } }) => ({
      args: dedicated(port, announcement.CaFile ?? '', '--key-id', `${KEYS.good.slice(0, -1)}9`),
      env: GOOD,
    }),
    ...{ check: 'key', code: 'Forbidden.KeyNotFound', exit: 4 },
    message: /has no DescribeKey/,
  },
  {
    title: 'a --resolve for another host',
    scene: () => ({
      args: ['--endpoint', 'https://127.0.0.1:1', '--resolve', `${INSTANCE}:1:127.0.0.1`],
      env: GOOD,
    }),
    ...{ check: 'gateway', code: 'gateway-malformed', exit: 2 },
  },
];
