import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Server } from '../../support/kmsx.ts';
import { cleanEnv, KMSX, startServer } from '../../support/kmsx.ts';
import type { Screen } from '../../support/shells/tmux.ts';
import { Tmux } from '../../support/shells/tmux.ts';

/* What a person sees after each command, in a real terminal of each width. */

/** Each runs after the one before, in a folder of its own for each terminal. */
const SCENES = [
  ['keygen', 'kmsx keygen --no-passphrase --privkey-out w.pem --pubkey-out w.pub.pem'],
  ['dry run', 'kmsx export-key --key-id alias/rehearsal --pubkey w.pub.pem --dry-run'],
  [
    'export-key',
    'kmsx export-key --key-id alias/rehearsal --pubkey w.pub.pem --context purpose=payments --backup A.json --backup B.json --out E.json',
  ],
  ['verify-key', 'kmsx verify-key --in E.json --privkey w.pem --against A.json --against B.json'],
  [
    'verify-key: no match',
    'kmsx export-key --quiet --key-id alias/rehearsal --pubkey w.pub.pem --out O.json > /dev/null 2>&1; kmsx verify-key --in E.json --privkey w.pem --against O.json',
  ],
  ['verify-key: a check value', 'kmsx verify-key --against A.json --expect-check-value ecb:000000'],
  ['export-key: no files', 'kmsx export-key --key-id alias/rehearsal --pubkey w.pub.pem'],
  ['reexport-key', 'kmsx reexport-key --in A.json --pubkey w.pub.pem --out R.json'],
  [
    'reencrypt-key',
    'kmsx reencrypt-key --in A.json --to-key-id alias/rehearsal --to-context purpose=archive --backup C.json',
  ],
  ['check values', 'kmsx unwrap-key --in E.json --privkey w.pem --check-value-only'],
  ['unwrap-key', 'kmsx unwrap-key --in E.json --privkey w.pem --out key.b64'],
  [
    'components',
    'kmsx recover-key --in A.json --component 1.json --component 2.json --component 3.json --threshold 2',
  ],
  ['combine', 'kmsx combine 1.json 3.json --check-value-only'],
  ['list-keys', 'kmsx list-keys'],
  ['inspect a key', 'kmsx inspect w.pub.pem'],
  ['inspect', 'kmsx inspect E.json A.json w.pub.pem'],
  ['policy --check', 'kmsx policy --check --for export-key --key-id alias/rehearsal'],
  ['policy', 'kmsx policy --key-id acs:kms:cn-hangzhou:1234567890123456:key/key-hzz62f1cb66fa42qo'],
  ['rehearse', 'kmsx rehearse --color never'],
  ['no command', 'kmsx'],
  ['help', 'kmsx help keygen'],
  ['a topic', 'kmsx help lost-hsm'],
  ['an error', 'kmsx export-key --key-id alias/rehearsal --pubkey w.pem'],
] as const;

/** What these show cannot be said on one screen. */
const LONGER = ['export-key: no files', 'inspect', 'rehearse', 'policy', 'help', 'a topic'];

/** So high that nothing scrolls away. */
const ROWS = 400;

const folder = mkdtempSync(join(tmpdir(), 'kmsx-screens-'));
let server: Server;
let stop: () => Promise<void>;
let tmux: Tmux;

beforeAll(async () => {
  ({ server, stop } = await startServer([], { cwd: folder }));
  tmux = new Tmux(join(folder, 'socket'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(KMSX, join(folder, 'bin', 'kmsx'));
});

afterAll(async () => {
  tmux.close();
  await stop();
  rmSync(folder, { recursive: true });
});

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  const [, endpoint = ''] = server.endpoint;
  const { NO_COLOR, ...clean } = cleanEnv(folder, { ...server.env, KMSX_ENDPOINT: endpoint });
  const path = `${join(folder, 'bin')}:${clean['PATH'] ?? ''}`;
  return { ...(clean as Record<string, string>), PATH: path, ...more };
}

/** The facts of this run, in as many characters: what is told of them is the same each time. */
function masked(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) => zeros(id))
      .replaceAll(/\b[0-9a-f]{4}(?: [0-9a-f]{2,4}\b)+/g, zeros)
      .replaceAll(/\b\d{16}\b/g, zeros)
      .replace(/(?<=\bkey\/)[0-9a-f]{8}[0-9a-f-]*$/, zeros)
      .replace(/^ +(?:[0-9a-f]{4}|[0-9a-f-]{6,})$/, zeros)
      .replaceAll(/"[A-Za-z0-9+/]{40,}=*"/g, (text) => `"${'A'.repeat(text.length - 2)}"`)
      .replaceAll(/SHA256:[0-9a-f]+/g, (text) => `SHA256:${zeros(text.slice(7))}`)
      .replaceAll(/(?<=-(?:ZERO|LABEL) )[0-9a-f]{6,}/g, zeros)
      .replaceAll(/\(\d,?\d* bytes/g, (text) => text.replaceAll(/\d/g, '0'))
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (text) => text.replaceAll(/\d/g, '0'))
      .replaceAll(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:00000'),
  );
}

function zeros(text: string): string {
  return text.replaceAll(/[0-9a-f]/gi, '0');
}

/** Messages, and the fields of JSON, which are copied: the terminal breaks them. */
const IS_WHOLE = /^(?:kmsx: | +")/;

function hasSeveralWords(line: string): boolean {
  return line.replace(/ \\$/, '').trim().includes(' ');
}

describe.each([
  ['40', 40, { TERM: 'xterm-256color' }],
  ['60', 60, { TERM: 'xterm-256color' }],
  ['80', 80, { TERM: 'xterm-256color' }],
  ['100', 100, { TERM: 'xterm-256color' }],
  ['200', 200, { TERM: 'xterm-256color' }],
  ['80-dumb', 80, { TERM: 'dumb' }],
  ['80-no-color', 80, { TERM: 'xterm-256color', NO_COLOR: '1' }],
])('a terminal: %s', (name, columns, more) => {
  const screens = new Map<string, Screen>();

  beforeAll(async () => {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    for (const [scene, command] of SCENES) {
      screens.set(scene, await tmux.run(command, { columns, rows: ROWS }, cwd, environment(more)));
    }
  }, 300_000);

  it('shows what it showed before', async () => {
    const text = SCENES.map(([scene, command]) => {
      const { lines = [], code } = screens.get(scene) ?? {};
      return [`=== ${scene}: ${command}`, ...masked(lines), `=== ${code ?? ''}`, ''].join('\n');
    }).join('\n');
    const golden = fileURLToPath(new URL(`../../golden/screens/${name}.txt`, import.meta.url));
    await expect(text).toMatchFileSnapshot(golden);
  });

  it('is wide enough for every line but those of one long word', () => {
    for (const [scene, { lines }] of screens) {
      const tooLong = lines.filter(
        (line) => line.length > columns && hasSeveralWords(line) && !IS_WHOLE.test(line),
      );
      expect(tooLong, scene).toEqual([]);
    }
  });

  const isUsual = columns === 80;
  it(isUsual ? 'of 24 rows holds a whole result' : 'shows how each command ended', () => {
    for (const [scene, { lines, height, code }] of screens) {
      expect(code, scene).not.toBe(127);
      if (!isUsual || LONGER.includes(scene)) continue;
      expect(height, `${scene}\n${lines.join('\n')}`).toBeLessThanOrEqual(24);
    }
  });
});
