/* Every command of a task's topic, as `kmsx help TOPIC` prints it, run by a shell on the real program and a KMS. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AIR_GAP, CI, LOST_HSM, MOVE_KEY } from '../../src/commands/shell/help/tasks.ts';
import type { Block } from '../../src/terminal/help/layout.ts';
import { KMSX, kmsxOk, shell, useLocalKms } from '../support/kmsx.ts';
import { useTempFolder } from '../support/temp-folder.ts';
import { PUBKEY, testKeyPath } from '../support/wrapping-keys.ts';

const folder = useTempFolder();
const localKms = useLocalKms();

const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  DeriveFrom: 'the topics of help',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [{ AccessKeyId: 'LTAI5tTopics', AccessKeySecret: 'notAnActualSecret' }],
      Keys: [
        { KeyId: '11111111-1111-4111-8111-111111111111', Aliases: ['alias/payments'] },
        { KeyId: '22222222-2222-4222-8222-222222222222', Aliases: ['alias/payments-2027'] },
      ],
    },
  ],
};

const path = (...names: string[]): string => join(folder(), ...names);

/** The examples of the printed topic: each a command, over one line or more. */
function commandsOf(help: string): readonly string[] {
  const parts = help.split(/^ {2}# .*\n(?: {2}# .*\n)*/m).slice(1);
  return parts.map((part) => part.split(/\n\n/)[0]?.trim() ?? '');
}

const countOf = (blocks: readonly Block[]): number =>
  blocks.flatMap((block) =>
    typeof block !== 'string' && 'examples' in block ? block.examples : [],
  ).length;

type Env = Readonly<Record<string, string>>;

interface Stage {
  readonly run: (command: string) => Promise<void>;
}

async function stage(): Promise<Stage> {
  mkdirSync(path('bin'));
  mkdirSync(path('stick'));
  writeFileSync(path('bin', 'kmsx'), `#!/bin/sh\nexec '${process.execPath}' '${KMSX}' "$@"\n`);
  chmodSync(path('bin', 'kmsx'), 0o755);
  writeFileSync(path('seed.json'), JSON.stringify(SEED));
  writeFileSync(path('passphrase.txt'), 'a passphrase\n', { mode: 0o600 });
  copyFileSync(PUBKEY, path('pub.pem'));
  copyFileSync(testKeyPath('rsa-2048-pub.der'), path('new-hsm.pub.pem'));
  const server = await localKms({ cwd: folder() }, ['--seed', 'seed.json']);
  const env = {
    ...server.env,
    KMSX_ENDPOINT: server.announcement.Endpoint,
    PATH: `${path('bin')}:${process.env['PATH'] ?? ''}`,
  };
  return {
    run: async (command) => {
      const variables = { ...(await fingerprint(command)), ...(await checkValue(env)) };
      const line = `set -euo pipefail; ${command}`;
      const { code, stderr } = await shell(line, { cwd: folder(), env: { ...env, ...variables } });
      expect(code, `${command}\n${stderr}`).toBe(0);
    },
  };
}

/** What the custodian of the public key in a command reads aloud. */
async function fingerprint(command: string): Promise<Env> {
  const [, file] = /--pubkey (\S+)/.exec(command) ?? [];
  if (file === undefined) return {};
  const printed = await kmsxOk(['inspect', file], { cwd: folder() });
  return {
    FINGERPRINT: (JSON.parse(printed) as { PublicKeyFingerprint: string }).PublicKeyFingerprint,
  };
}

/** What the record of a ceremony has, once there is a data key. */
async function checkValue(env: Env): Promise<Env> {
  if (!existsSync(path('payments.backup.json'))) return {};
  const argv = ['recover-key', '--in', 'payments.backup.json', '--check-value-only', '--quiet'];
  const printed = await kmsxOk(argv, { cwd: folder(), env });
  const { KeyCheckValues } = JSON.parse(printed) as {
    readonly KeyCheckValues: readonly { readonly Method: string; readonly Value: string }[];
  };
  const label = KeyCheckValues.find(({ Method }) => Method === 'AES-CMAC-LABEL');
  return { CHECK_VALUE: `label:${label?.Value ?? ''}` };
}

async function topic(name: string, blocks: readonly Block[]): Promise<readonly string[]> {
  const commands = commandsOf(await kmsxOk(['help', name], { cwd: folder() }));
  expect(commands).toHaveLength(countOf(blocks));
  for (const command of commands) expect(command).toMatch(/^(?:kmsx|mkdir) /);
  return commands;
}

const EXPORT = 'kmsx export-key --key-id alias/payments --pubkey pub.pem --out /dev/null --backup';

describe('the commands of the topic', () => {
  it('lost-hsm export the data key for another HSM', async () => {
    const { run } = await stage();
    await run(`${EXPORT} payments.backup.json`);
    for (const command of await topic('lost-hsm', LOST_HSM)) await run(command);
    expect(readFileSync(path('payments.export.json'), 'utf8')).toContain('"kmsx-export/1"');
  });

  it('move-key move backups', async () => {
    const { run } = await stage();
    await run(`${EXPORT} payments.backup.json`);
    mkdirSync(path('backups'));
    for (const name of ['a.json', 'b c.json']) await run(`${EXPORT} 'backups/${name}'`);
    for (const command of await topic('move-key', MOVE_KEY)) await run(command);
    expect(readdirSync(path('moved')).sort()).toEqual(['a.json', 'b c.json']);
    expect(readFileSync(path('moved', 'a.json'), 'utf8')).toContain('22222222-2222-4222');
  });

  it('air-gap bring a data key to a machine without a network', async () => {
    const { run } = await stage();
    for (const command of await topic('air-gap', AIR_GAP)) await run(command);
    expect(Buffer.from(readFileSync(path('payments.key'), 'utf8'), 'base64')).toHaveLength(32);
  });

  it('ci rehearse, and ask for nothing', async () => {
    const { run } = await stage();
    for (const command of await topic('ci', CI)) await run(command);
    expect(readFileSync(path('rehearsal.json'), 'utf8')).toContain('"Passed":true');
    expect(readFileSync(path('verified.json'), 'utf8')).toContain('"Match":true');
    expect(readFileSync(path('rehearsed.backup.json'), 'utf8')).toContain('"Rehearsal":true');
  });
});
