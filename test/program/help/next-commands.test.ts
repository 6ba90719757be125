/*
 * The command that a view or a hint says comes next repeats what this one was given: each option that both take, for
 * each such command. What is printed is run as it stands.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextCommand } from '../../../src/commands/shared/view/next-command.ts';
import { createFullProgram } from '../../../src/program/program.ts';
import { NEW_KEY, OLD_KEY, RSA_KEY, seedKeys } from '../../support/kms/seed.ts';
import { useKmsStage } from '../../support/kms/stage.ts';
import type { Server } from '../../support/kmsx.ts';
import { cleanEnv, kmsxOk, startServer } from '../../support/kmsx.ts';
import type { RunResult } from '../../support/run-result.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { runInProcess, testIo } from '../../support/test-io.ts';
import { PRIVKEY, PUBKEY, testKeyPath } from '../../support/wrapping/wrapping-keys.ts';

const folder = useTempFolder();
const stage = useKmsStage();
const program = await createFullProgram(testIo());

let server: Server;
let checkValue = '';

/** Makes a backup as a document and bare; any KMS of the seed opens both, that of `--gateway local` too. */
beforeAll(async () => {
  const home = stage().folder;
  const seed = seedKeys(home);
  const state = join(home, '.local', 'state', 'kmsx', 'local-kms');
  const local = await startServer([...seed, '--state', state], { cwd: home });
  await local.stop();
  server = await stage().start(seed);
  const options = { cwd: home, env: server.env };
  const context = ['--context', 'purpose=payments'];
  await kmsxOk(
    [
      ...['export-key', '--key-id', OLD_KEY, '--pubkey', PUBKEY, ...context],
      ...['--backup', 'old.json', '--backup', 'secret:backups/old', '--out', 'export.json'],
      ...server.endpoint,
    ],
    options,
  );
  const document = readFileSync(join(home, 'old.json'), 'utf8');
  const { CiphertextBlob } = JSON.parse(document) as { readonly CiphertextBlob: string };
  writeFileSync(join(home, 'old.blob'), CiphertextBlob);
  writeFileSync(join(home, 'context.json'), '{"purpose":"payments"}');
  const recover = ['recover-key', '--in', 'old.json', '--check-value-only', ...server.endpoint];
  const value = /LABEL","Value":"(\w+)"/.exec(await kmsxOk(recover, options))?.[1] ?? '';
  checkValue = `label:${value}`;
  const profile = {
    name: 'ops',
    mode: 'AK',
    access_key_id: server.announcement.AccessKeyId,
    access_key_secret: server.announcement.AccessKeySecret,
  };
  mkdirSync(join(home, '.aliyun'));
  const config = join(home, '.aliyun', 'config.json');
  writeFileSync(config, JSON.stringify({ current: '', profiles: [profile] }), { mode: 0o600 });
});

/** Commands that say what comes next, each with the least that it takes. */
const COMMANDS: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly next: string;
  /** Options of both that are not to be repeated. */
  readonly own: readonly string[];
}[] = [
  {
    title: 'export-key into files',
    args: ['export-key', '--key-id', 'OLD', '--backup', 'b', '--out', 'e'],
    next: 'verify-key',
    // The documents have them.
    own: ['wrapping-algorithm', 'context', 'context-file'],
  },
  {
    title: 'export-key with a bare CiphertextBlob',
    args: ['export-key', '--key-id', 'OLD', '--backup', 'b', '--backup-format=blob', '--out', 'e'],
    next: 'verify-key',
    own: ['wrapping-algorithm'],
  },
  {
    title: 'export-key onto the terminal',
    args: ['export-key', '--key-id', 'OLD', '--backup', 'b', '--backup-format', 'blob'],
    next: 'reexport-key',
    own: ['dry-run'],
  },
  {
    title: 'reexport-key of a document into a file',
    args: ['reexport-key', '--in', 'old.json', '--out', 'e'],
    next: 'verify-key',
    own: ['wrapping-algorithm'],
  },
  {
    title: 'reexport-key of a bare CiphertextBlob into a file',
    args: ['reexport-key', '--in', 'old.blob', '--out', 'e'],
    next: 'verify-key',
    own: ['wrapping-algorithm'],
  },
  {
    title: 'reexport-key onto the terminal',
    args: ['reexport-key', '--in', 'old.blob'],
    next: 'reexport-key',
    own: ['dry-run'],
  },
  {
    title: 'reencrypt-key of a bare CiphertextBlob',
    args: ['reencrypt-key', '--in', 'old.blob', '--to-key-id', 'NEW', '--backup', 'n'],
    next: 'verify-key',
    own: [],
  },
  {
    title: 'policy',
    args: ['policy', '--key-id', 'OLD', '--for', 'export-key,reencrypt-key,drill'],
    next: 'policy',
    own: ['check'],
  },
];

/** What is given for each option that is to be repeated. Two runs take them, since some exclude each other. */
const OPTIONS: readonly Readonly<Record<string, string>>[] = [
  {
    pubkey: PUBKEY,
    'expect-fingerprint': 'SHA256:dee3c693eab531ed637ee7a3ec3c39d72c5008ffb11fbc386098bc395ee42b65',
    'wrapping-algorithm': 'RSAES_OAEP_SHA_1',
    'wrapping-key-spec': 'RSA_2048',
    context: 'purpose=payments',
    'expect-check-value': 'CHECK_VALUE',
    profile: 'ops',
    region: 'REGION',
    endpoint: 'http://localhost:PORT',
    'ca-file': testKeyPath('tls/ca.pem'),
    resolve: 'localhost:PORT:127.0.0.1',
    timeout: '11',
    'max-attempts': '4',
    deadline: '61',
    'to-key-id': 'NEW',
    'source-key-id': RSA_KEY,
    place: 'secret:backups/',
    backup: 'secret:backups/new',
    in: 'secret:backups/old',
    'several-pubkeys': '',
  },
  {
    pubkey: PUBKEY,
    'context-file': 'context.json',
    gateway: 'local',
    'to-key-id': 'NEW',
    place: 'secret:backups/',
  },
];

/** A store and a token are not here: test/interop has real ones, and `nextCommand` is tried with them below. */
const ELSEWHERE = ['store', 'store-ca-file', 'for-token', 'module', 'module-parameters'].concat(
  'pin-file',
  'pin-env',
);

/** What a command takes, by its options' names. */
function optionsOf(name = ''): readonly string[] {
  const command = program.commands.find((each) => each.name() === name);
  return command?.options.map((option) => option.name()) ?? [];
}

/** The options that a command and the next one both take, but for those that stand on the command line already. */
function repeatedBy({ args, next, own }: (typeof COMMANDS)[number]): readonly string[] {
  const taken = optionsOf(next);
  return optionsOf(args[0]).filter(
    (name) =>
      taken.includes(name) &&
      ![...own, ...ELSEWHERE].includes(name) &&
      !args.some((word) => word.startsWith(`--${name}`)),
  );
}

/** What the command itself does not run without. */
function isNeeded(name: string, [command = '']: readonly string[]): boolean {
  return name === 'pubkey' && optionsOf(command).includes(name);
}

/** Of a command that shows its result: it goes to the terminal, and the next one writes a file. */
const OUTPUT = 'out';

describe('the next command', () => {
  it.each(COMMANDS)('repeats each option that both take: $title', (row) => {
    const given = OPTIONS.flatMap((each) => Object.keys(each));
    expect(repeatedBy(row).filter((name) => name !== OUTPUT && !given.includes(name))).toEqual([]);
  });

  it.each(
    COMMANDS.flatMap((row) =>
      OPTIONS.map((options, index) => ({ ...row, options, set: index + 1 })),
    ),
  )('runs with what was given: $title, set $set', async (row) => {
    const { args, next, options } = row;
    const repeated = repeatedBy(row);
    const given = Object.entries(options)
      .filter(([name]) => [...repeated, ...row.own].includes(name) || isNeeded(name, args))
      .map(([name, value]) => ({ name, words: words([`--${name}`, value].filter(Boolean)) }));
    const argv = [...words(args), ...given.flatMap((each) => each.words)];
    const shown = await run(argv, true);
    expect(shown.code, shown.stderr).toBe(0);
    const command = commandIn(shown.stdout);
    expect(command.slice(0, 2)).toEqual(['kmsx', next]);
    for (const each of given.filter(({ name }) => repeated.includes(name))) {
      expect(command.join(' ')).toContain(each.words.join(' '));
    }
    const again = await run(words(command.slice(1)), false);
    // What is not asked without a backup is exit code 8.
    expect(again.code, again.stderr).toBe(next === 'policy' ? 8 : 0);
  });

  it('repeats what a store and a token need, where they stand', () => {
    const options = {
      forToken: 'pkcs11:object=w',
      module: '/m.so',
      moduleParameters: 'configdir=x',
      pinFile: '-',
      pinEnv: 'PIN',
      store: 'postgresql://h/d',
      storeCaFile: 'ca.pem',
    };
    const token =
      '--module /m.so --module-parameters configdir=x --pin-file PIN_FILE --pin-env PIN';
    expect(nextCommand(['reexport-key'], [['--in', 'store:a']], options, ['recipients'])).toBe(
      `kmsx reexport-key --in store:a --for-token pkcs11:object=w ${token} --store postgresql://h/d --store-ca-file ca.pem`,
    );
    expect(nextCommand(['verify-key'], [['--privkey', 'w.pem']], options, [])).toBe(
      'kmsx verify-key --privkey w.pem',
    );
  });
});

/** Runs kmsx in the folder of the test. */
async function run(argv: readonly string[], stdoutIsTerminal: boolean): Promise<RunResult> {
  for (const name of ['old.json', 'old.blob', 'context.json']) {
    copyFileSync(join(stage().folder, name), join(folder(), name));
  }
  return await runInProcess(argv, {
    env: cleanEnv(stage().folder, server.env),
    cwd: folder(),
    stdoutIsTerminal,
    isReal: true,
  });
}

/** Puts what is there in the place of what stands for it. */
function words(argv: readonly string[]): readonly string[] {
  const { announcement } = server;
  const values: Readonly<Record<string, string>> = {
    OLD: OLD_KEY,
    NEW: NEW_KEY,
    PRIVATE_KEY: PRIVKEY,
    CHECK_VALUE: checkValue,
    REGION: announcement.Region,
  };
  const { port } = new URL(announcement.Endpoint);
  return argv.map((word) => values[word] ?? word.replace('PORT', port));
}

/** The words of the command under `Next`; none of those that are tried needs quotes. */
function commandIn(view: string): readonly string[] {
  const command = /^Next\n((?: .*\n)+)/m.exec(view)?.[1] ?? '';
  expect(command).not.toMatch(/['"]/);
  return command.replaceAll(/ \\\n/g, ' ').trim().split(/\s+/);
}
