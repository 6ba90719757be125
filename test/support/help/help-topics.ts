import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Block } from '../../../src/terminal/help/layout.ts';
import { SEED } from '../docs/seed.ts';
import type { Server } from '../kmsx.ts';
import { KMSX, kmsxOk, shell } from '../kmsx.ts';
import { PUBKEY, testKeyPath } from '../wrapping/wrapping-keys.ts';

type Env = Readonly<Record<string, string>>;

/** Writes the files that the topics name, and gives the arguments of `local-kms`. */
export function topicFiles(folder: string): string[] {
  for (const name of ['bin', 'stick']) mkdirSync(join(folder, name));
  const kmsx = join(folder, 'bin', 'kmsx');
  writeFileSync(kmsx, `#!/bin/sh\nexec '${process.execPath}' '${KMSX}' "$@"\n`);
  chmodSync(kmsx, 0o755);
  writeFileSync(join(folder, 'seed.json'), JSON.stringify(SEED));
  writeFileSync(join(folder, 'passphrase.txt'), 'a passphrase\n', { mode: 0o600 });
  copyFileSync(PUBKEY, join(folder, 'pub.pem'));
  copyFileSync(testKeyPath('rsa-2048-pub.der'), join(folder, 'new-hsm.pub.pem'));
  return ['--seed', 'seed.json'];
}

/** A shell in a folder, for the commands of topics: its variables are what people read aloud. */
export function topicShell(
  folder: string,
  server: Server,
  more: Env = {},
): (command: string) => Promise<void> {
  const env = {
    ...server.env,
    KMSX_ENDPOINT: server.announcement.Endpoint,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    ...more,
  };
  return async (command) => {
    const read = {
      ...(command.includes('$FINGERPRINT') && (await fingerprint(command, folder))),
      ...(command.includes('$CHECK_VALUE') && (await checkValue(folder, env))),
    };
    const options = { cwd: folder, env: { ...env, ...read } };
    const { code, stderr } = await shell(`set -euo pipefail; ${command}`, options);
    expect(code, `${command}\n${stderr}`).toBe(0);
  };
}

/** What the custodian of the public key in a command reads aloud. */
async function fingerprint(command: string, cwd: string): Promise<Env> {
  const [, file] = /--pubkey (\S+)/.exec(command) ?? [];
  if (file === undefined) return {};
  const printed = JSON.parse(await kmsxOk(['inspect', file], { cwd })) as {
    readonly PublicKeyFingerprint: string;
  };
  return { FINGERPRINT: printed.PublicKeyFingerprint };
}

/** What the record of a ceremony has, once there is a data key. */
async function checkValue(cwd: string, env: Env): Promise<Env> {
  if (!existsSync(join(cwd, 'payments.backup.json'))) return {};
  const argv = ['recover-key', '--in', 'payments.backup.json', '--check-value-only', '--quiet'];
  const { KeyCheckValues } = JSON.parse(await kmsxOk(argv, { cwd, env })) as {
    readonly KeyCheckValues: readonly { readonly Method: string; readonly Value: string }[];
  };
  const label = KeyCheckValues.find(({ Method }) => Method === 'AES-CMAC-LABEL');
  return { CHECK_VALUE: `label:${label?.Value ?? ''}` };
}

/** The commands that `kmsx help TOPIC` prints, each over one line or more. */
export async function topicCommands(
  name: string,
  blocks: readonly Block[],
  cwd: string,
): Promise<readonly string[]> {
  const help = await kmsxOk(['help', name], { cwd });
  const parts = help.split(/^ {2}# .*\n(?: {2}# .*\n)*/m).slice(1);
  const commands = parts.map((part) => part.split(/\n\n/)[0]?.trim() ?? '');
  const examples = blocks.flatMap((block) =>
    typeof block !== 'string' && 'examples' in block ? block.examples : [],
  );
  expect(commands).toHaveLength(examples.length);
  for (const command of commands) expect(command).toMatch(/^(?:kmsx|mkdir) /);
  return commands;
}

/** Generates a data key, and keeps the backup. */
export const exportCommand = (backup: string): string =>
  `kmsx export-key --key-id alias/payments --pubkey pub.pem --out /dev/null --backup '${backup}'`;
