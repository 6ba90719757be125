import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../run-result.ts';
import type { Network } from './namespace.ts';
import { PUBKEY } from '../wrapping/wrapping-keys.ts';

/** The names that `local-kms --tls` has a certificate for. */
export const DOMAIN = 'cryptoservice.kms.aliyuncs.com';

/** The port of the dedicated gateway in a network of the tests' own. */
export const KMS_PORT = 8443;

/** What STS and the metadata give in such a network, and its KMS knows. */
export const SESSION = {
  AccessKeyId: 'STS.OfTheNetwork',
  AccessKeySecret: 'notAnActualSecretOfTheSession',
  SecurityToken: 'CAISnotAnActualToken',
  Expiration: '2100-01-01T00:00:00Z',
} as const;

export const ACCESS_KEY_ENV = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tOfTheNetwork',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'notAnActualSecretOfTheNetwork',
} as const;

const POLICY = {
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
};

const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  DeriveFrom: 'the tests of the network',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [
        {
          AccessKeyId: ACCESS_KEY_ENV.ALIBABA_CLOUD_ACCESS_KEY_ID,
          AccessKeySecret: ACCESS_KEY_ENV.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
        },
        {
          AccessKeyId: SESSION.AccessKeyId,
          AccessKeySecret: SESSION.AccessKeySecret,
          SecurityToken: SESSION.SecurityToken,
          SecurityTokenExpiration: SESSION.Expiration,
          UserName: 'role:session',
          Policies: [POLICY],
        },
      ],
      Keys: [{ KeyId: '11111111-1111-4111-8111-111111111111', Aliases: ['alias/rehearsal'] }],
    },
  ],
};

/**
 * Starts `kmsx local-kms --tls` on 127.0.0.1 in a network.
 *
 * @param moreAuthorities - PEM that its CA file has too, before its own
 * @returns the CA file
 */
export async function startGateway(
  network: Network,
  moreAuthorities = '',
  port = KMS_PORT,
): Promise<string> {
  writeFileSync(join(network.folder, 'seed.json'), JSON.stringify(SEED));
  const caFile = join(network.folder, 'authorities.pem');
  writeFileSync(caFile, moreAuthorities);
  const { announcement } = await network.localKms([
    ...['--tls', '--port', String(port), '--seed', 'seed.json', '--state', 'state'],
  ]);
  if (!('CaFile' in announcement)) throw new Error('no CA file');
  appendFileSync(caFile, readFileSync(String(announcement.CaFile)));
  return caFile;
}

/** Exports a data key from the gateway under a name of its domain, by one attempt, and shows it. */
export function exportFrom(
  network: Network,
  host: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return network.kmsx(
    [
      ...['export-key', '--endpoint', host, '--key-id', 'alias/rehearsal'],
      ...['--pubkey', PUBKEY, '--context', 'purpose=canary-context', '--verbose'],
      ...args,
    ],
    { env: { ...ACCESS_KEY_ENV, ...env } },
  );
}
