import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useKmsStage } from '../../../support/kms/stage.ts';
import type { RunResult } from '../../../support/run-result.ts';
import type { Server } from '../../../support/kmsx.ts';
import { kmsx } from '../../../support/kmsx.ts';
import { PRIVKEY, PUBKEY } from '../../../support/wrapping/wrapping-keys.ts';
import { NEW_KEY, RSA_VERSION, seedKeys, STRANGER } from '../../../support/kms/seed.ts';
import { tellLies } from './lying-documents.ts';

/* How a command meets a document that lies, and what must come of it. */

/** Who is asked, and as whom; where nothing is said, the server that made the documents. */
type Who = 'stranger' | 'elsewhere' | 'public gateway' | 'no gateway';

/** A command that meets a lie. */
export interface Case {
  readonly title: string;
  readonly args: readonly string[];
  /** Exit code. What exits with 2 is found without the network: nobody is there then. */
  readonly code: 2 | 4 | 6;
  /** What the hint must speak of. */
  readonly hint: RegExp;
  readonly who?: Who;
  /** Whether `"Match":false` is all of stdout, or nothing is. */
  readonly differs: boolean;
}

/** The check value of `c`, which is known when the tests run. */
const LABEL_OF_C = 'of-c';
export const EXPECT_C = ['--expect-check-value', LABEL_OF_C];

export const OUT = ['--out', 'out'];
export const COMPONENTS = ['--component', 'k1', '--component', 'k2'];
export const TO_NEW = ['--to-key-id', NEW_KEY, '--backup', 'new.json'];

const unwrap = (file: string): string[] => ['unwrap-key', '--privkey', PRIVKEY, '--in', file];
const reexport = (file: string): string[] => [
  ...['reexport-key', '--in', file, '--pubkey', PUBKEY, ...OUT],
];
const recover = (file: string): string[] => ['recover-key', '--in', file];
const reencrypt = (file: string): string[] => ['reencrypt-key', '--in', file, ...TO_NEW];
const verify = (exported: string, backup: string): string[] => [
  ...['verify-key', '--privkey', PRIVKEY, '--in', exported, '--against', backup],
];
const FROM_RSA = ['--source-key-id', 'alias/rsa', '--source-key-version-id', RSA_VERSION];

/** The commands, and what each would write; they run in a folder beside the documents. */
const COMMANDS = {
  'unwrap-key': (file: string) => [...unwrap(file), ...OUT],
  'unwrap-key --component': (file: string) => [...unwrap(file), ...COMPONENTS],
  'reexport-key': reexport,
  'reexport-key --dry-run': (file: string) => [...reexport(file), '--dry-run'],
  'recover-key': (file: string) => [...recover(file), ...OUT],
  'recover-key --component': (file: string) => [...recover(file), ...COMPONENTS],
  'recover-key --dry-run': (file: string) => [...recover(file), ...OUT, '--dry-run'],
  'reencrypt-key': reencrypt,
  'reencrypt-key --dry-run': (file: string) => [...reencrypt(file), '--dry-run'],
  'reencrypt-key --source-key-id': (file: string) => [...reencrypt(file), ...FROM_RSA],
  'verify-key --in': (file: string) => verify(file, '../c.backup.json'),
  'verify-key --against': (file: string) => verify('../c.json', file),
  'verify-key --expect-check-value': (file: string) => [
    ...['verify-key', ...EXPECT_C, '--against', file],
  ],
  combine: (file: string) => ['combine', '../c1', file, ...OUT],
  inspect: (file: string) => ['inspect', file],
} as const;

export type Name = keyof typeof COMMANDS;

export const BACKUP_READERS: readonly Name[] = [
  ...(['reexport-key', 'recover-key', 'reencrypt-key', 'verify-key --against'] as const),
];
export const EXPORT_READERS: readonly Name[] = ['unwrap-key', 'verify-key --in'];
export const DRY_RUNS: readonly Name[] = [
  ...(['reexport-key --dry-run', 'recover-key --dry-run', 'reencrypt-key --dry-run'] as const),
];
/** The commands that read a document of this kind. */
export const READERS = {
  export: [...EXPORT_READERS, ...BACKUP_READERS, 'inspect'],
  backup: [...BACKUP_READERS, 'inspect'],
  component: ['combine', 'inspect'],
} as const satisfies Readonly<Record<string, readonly Name[]>>;

interface Circumstances {
  /** More options. */
  readonly more?: readonly string[];
  readonly who?: Who;
  /** For `verify-key` with exit code 6: whether it got as far as to compare. */
  readonly compared?: boolean;
}

/** The command line of a command that meets a document. */
export const argsOf = (name: Name, document: string): readonly string[] =>
  COMMANDS[name](`../${document}`);

/** Cases of commands that meet the same document. */
export function met(
  names: readonly Name[],
  document: string,
  code: Case['code'],
  hint: RegExp,
  { more = [], who, compared = true }: Circumstances = {},
): Case[] {
  return names.map((name) => ({
    title: [name, ...more].join(' '),
    args: [...argsOf(name, document), ...more],
    code,
    hint,
    differs: name.startsWith('verify-key') && code === 6 && compared,
    ...(who !== undefined && { who }),
  }));
}

/** A command and how it must end, which tells whether it needs KMS. */
export interface Run extends Pick<Case, 'args' | 'who'> {
  readonly code: 0 | Case['code'];
}

/** What the tests of the cases have to work with. */
export interface Lied {
  /** A new folder beside the documents, for one run. */
  readonly newFolder: () => string;
  /** Runs a command there; the word of `EXPECT_C` becomes the check value of `c`. */
  readonly run: (folder: string, run: Run) => Promise<RunResult>;
  /** Expects of each document that it is as it was. */
  readonly expectDocumentsUnchanged: () => void;
}

/** Makes the documents and the lies, before all tests of a file. */
export function useLies(): () => Lied {
  const stage = useKmsStage();
  let server: Server;
  let elsewhere: Server;
  let labelOfC: string;
  let documents: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const { folder, start } = stage();
    [server, elsewhere] = await Promise.all([start(seedKeys(folder)), start()]);
    labelOfC = await tellLies(folder, server);
    documents = digestsOf(folder);
  });

  /** How a command gets to KMS, if it asks it. */
  const way = ({ args, code, who }: Run): [readonly string[], Server['env']] => {
    if (['unwrap-key', 'combine', 'inspect'].includes(args[0] ?? '')) return [[], {}];
    switch (who) {
      case 'stranger':
        return [server.endpoint, { ...server.env, ...STRANGER }];
      case 'elsewhere':
        return [elsewhere.endpoint, elsewhere.env];
      case 'public gateway':
        return [['--gateway', 'public', '--region', 'cn-hangzhou'], server.env];
      case 'no gateway':
        return [[], STRANGER];
      default:
        return [code === 2 ? ['--endpoint', 'http://127.0.0.1:9'] : server.endpoint, server.env];
    }
  };

  return () => ({
    newFolder: () => mkdtempSync(join(stage().folder, 'run-')),
    run: (folder, each) => {
      const [toKms, env] = way(each);
      const args = each.args.map((word) => (word === LABEL_OF_C ? labelOfC : word));
      return kmsx([...args, ...toKms], { cwd: folder, env });
    },
    expectDocumentsUnchanged: () => {
      expect(digestsOf(stage().folder)).toEqual(documents);
    },
  });
}

/** Tests of each lie that every command which meets it catches it, and leaves everything as it was. */
export function describeLies(
  lies: Readonly<Record<string, readonly Case[]>>,
  lied: () => Lied,
): void {
  const rows = Object.entries(lies).map(
    ([lie, cases]) => [lie, cases.map((each) => [each.title, each.code, each] as const)] as const,
  );
  describe.concurrent.each(rows)('%s', (_, cases) => {
    it.each(cases)('is caught by %s: exit %i', async (_title, code, each) => {
      const { newFolder, run, expectDocumentsUnchanged } = lied();
      const folder = newFolder();
      const result = await run(folder, each);
      const { stdout, stderr } = result;
      expect(result.code, stderr).toBe(code);
      const hints = stderr.match(/^kmsx: hint: .+$/gm) ?? [];
      expect(hints.join('\n'), stderr).toMatch(each.hint);
      if (each.differs) expect(JSON.parse(stdout)).toMatchObject({ Match: false });
      else expect(stdout).toBe('');
      expect(readdirSync(folder)).toEqual([]);
      expectDocumentsUnchanged();
    });
  });
}

function digestsOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ name }) => {
      const bytes = readFileSync(join(folder, name));
      return [name, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}
