import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../support/run-result.ts';
import { kmsx, kmsxOk } from '../../support/kmsx.ts';
import { useTempFolder } from '../../support/temp-folder.ts';
import { PRIVKEY, PUBKEY } from '../../support/wrapping/wrapping-keys.ts';

interface Component {
  readonly SetId: string;
  readonly Number: number;
  readonly Component: string;
  readonly ComponentCheckValues: readonly object[];
  readonly KeyCheckValues: readonly object[];
}

const folder = useTempFolder();
const UNWRAP = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'e.json'];
const RECOVER = ['recover-key', '--in', 'b.json', '--gateway', 'local'];

const run = (args: readonly string[], stdin = ''): Promise<RunResult> =>
  kmsx(args, { cwd: folder(), stdin });
const ok = (args: readonly string[], stdin = ''): Promise<string> =>
  kmsxOk(args, { cwd: folder(), stdin });
const into = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--component', name]);
const bytes = (name: string): Buffer => readFileSync(join(folder(), name));
const component = (name: string): Component => JSON.parse(bytes(name).toString()) as Component;
const files = (): string[] =>
  readdirSync(folder())
    .filter((name) => !['.local', 'e.json', 'b.json', '.kmsx'].includes(name))
    .sort();

/** Changes a field of a component's document. */
function edit(name: string, change: (document: Record<string, unknown>) => void): void {
  const document = JSON.parse(bytes(name).toString()) as Record<string, unknown>;
  change(document);
  writeFileSync(join(folder(), name), JSON.stringify(document));
}

async function expectRefused(args: readonly string[], code: number, word: string): Promise<string> {
  const before = files();
  const result = await run([...args, '--error-format', 'json']);
  expect(result, result.stderr).toMatchObject({ code, stdout: '' });
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  const { Error: error } = JSON.parse(last) as {
    Error: { Code: string; Message: string; Hint?: string };
  };
  expect(error.Code).toBe(word);
  expect(error.Hint ?? '').not.toBe('');
  expect(files()).toEqual(before);
  return error.Message;
}

beforeEach(async () => {
  await ok([
    ...['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local', '--bind'],
    ...['--pubkey', PUBKEY, '--backup', 'b.json', '--out', 'e.json'],
  ]);
});

describe('a key in split custody', () => {
  it('goes out as XOR components, and combine gives the same key in any order', async () => {
    const key = await ok(UNWRAP);
    const report = JSON.parse(await ok([...UNWRAP, ...into('1.json', '2.json', '3.json')])) as {
      readonly Components: readonly object[];
    };
    const written = ['1.json', '2.json', '3.json'].map(component);
    expect(report).toEqual({
      SetId: written[0]?.SetId,
      Scheme: 'XOR',
      Threshold: 3,
      Components: written.map(({ Number, ComponentCheckValues }) => ({
        Number,
        File: `${Number}.json`,
        ComponentCheckValues,
      })),
      KeyCheckValues: written[0]?.KeyCheckValues,
      NumberOfBytes: 32,
      Rehearsal: true,
    });
    for (const name of ['1.json', '2.json', '3.json']) {
      expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
      expect(bytes(name).includes(key.trim())).toBe(false);
    }
    expect(written[0]).toMatchObject({
      Format: 'kmsx-component/1',
      DataKeyId: (JSON.parse(bytes('b.json').toString()) as { DataKeyId: string }).DataKeyId,
      Rehearsal: true,
    });
    expect(files()).toEqual(['1.json', '2.json', '3.json']);
    expect(await ok(['combine', '3.json', '1.json', '2.json'])).toBe(key);
    expect(await ok(['combine', '3.json', '-', '2.json'], bytes('1.json').toString())).toBe(key);
    // Exclusive or is all there is to it: anybody can do it without kmsx.
    const [first, ...others] = written.map((part) => Buffer.from(part.Component, 'base64'));
    if (first === undefined) throw new Error('no component');
    for (const other of others)
      other.forEach((byte, index) => (first[index] = (first[index] ?? 0) ^ byte));
    expect(first.toString('base64')).toBe(key.trim());
  });

  it('goes out of a backup by Shamir, and any components that reach the threshold give the same key', async () => {
    const key = await ok(UNWRAP);
    const names = ['1.json', '2.json', '3.json', '4.json'];
    await ok([...RECOVER, ...into(...names), '--threshold', '2']);
    for (const chosen of [['1.json', '2.json'], ['4.json', '2.json'], names]) {
      expect(await ok(['combine', ...chosen])).toBe(key);
    }
    const message = await expectRefused(['combine', '3.json'], 2, 'component-missing');
    expect(message).toContain('1 of the 2 components that are needed was given');
  });

  it('has the outputs of unwrap-key when it is combined', async () => {
    const values = await ok([...UNWRAP, '--check-value-only']);
    await ok([...UNWRAP, ...into('1.json', '2.json'), '--check-value-methods', 'cmac,label']);
    const both = ['combine', '1.json', '2.json'];
    expect(await ok([...both, '--check-value-only'])).toBe(values);
    const hex = (await ok([...both, '--format', 'hex'])).trim();
    await ok([...both, '--format', 'raw', '--out', 'key.bin']);
    expect(bytes('key.bin').toString('hex')).toBe(hex);
    const cmac = /"AES-CMAC-ZERO","Value":"([0-9a-f]{10})"/.exec(values)?.[1] ?? '';
    await ok([...both, '--expect-check-value', `cmac:${cmac}`]);
    const wrong = [...both, '--expect-check-value', 'cmac:0000000000', '--out', 'k'];
    await expectRefused(wrong, 6, 'check-value-mismatch');
    expect(component('1.json').KeyCheckValues).toHaveLength(2);
    expect((await run(both)).stderr).toContain('from a rehearsal');
  });

  it('is split anew for other custodians, and the old components do not go with the new', async () => {
    const key = await ok(UNWRAP);
    await ok([...UNWRAP, ...into('1.json', '2.json')]);
    await ok(['combine', '1.json', '2.json', ...into('a.json', 'b2.json')]);
    expect(await ok(['combine', 'a.json', 'b2.json'])).toBe(key);
    const message = await expectRefused(
      ['combine', '1.json', 'b2.json'],
      2,
      'component-sets-mixed',
    );
    expect(message).toBe('1.json and b2.json are components of different splits');
  });

  it('below 16 bytes has no check values, and combine says that nothing shows it is right', async () => {
    const args = ['export-key', '--key-id', 'alias/rehearsal', '--gateway', 'local'];
    await ok([...args, '--number-of-bytes', '15', '--pubkey', PUBKEY, '--out', 'short.json']);
    const unwrap = ['unwrap-key', '--privkey', PRIVKEY, '--in', 'short.json'];
    const key = await ok(unwrap);
    await ok([...unwrap, ...into('1.json', '2.json')]);
    expect(bytes('1.json').includes('CheckValues')).toBe(false);
    const combined = await run(['combine', '1.json', '2.json']);
    expect(combined).toMatchObject({ code: 0, stdout: key });
    expect(combined.stderr).toContain('a data key of 15 bytes has no check values');
  });
});

describe('the places of components', () => {
  it.each([
    [into('1.json'), 'bad-usage'],
    [[...into('1.json', '2.json'), '--threshold', '3'], 'bad-usage'],
    [[...into('1.json', '2.json'), '--threshold', '1'], 'bad-usage'],
    [[...into('1.json', '2.json'), '--threshold', '2.0'], 'bad-usage'],
    [['--threshold', '2'], 'bad-usage'],
    [[...into('1.json', '2.json'), '--out', 'key'], 'options-conflict'],
    [[...into('1.json', '2.json'), '--out', '-'], 'options-conflict'],
    [[...into('1.json', '2.json'), '--format', 'base64'], 'options-conflict'],
    [[...into('1.json', '2.json'), '--check-value-only'], 'options-conflict'],
    [into('1.json', '-'), 'component-needs-file'],
    [into('1.json', '/dev/stdout'), 'component-needs-file'],
    [into('1.json', '/dev/stderr'), 'component-needs-file'],
    [into('1.json', './1.json'), 'output-twice'],
    [into('1.json', 'e.json'), 'output-is-input'],
    [into('1.json', 'none/2.json'), 'file-unwritable'],
  ])('%j are refused as %s, and nothing is written', async (args, word) => {
    await expectRefused([...UNWRAP, ...args], word === 'file-unwritable' ? 7 : 2, word);
  });

  it('are refused where a file exists, and moved aside with --force by whatever option', async () => {
    await ok([...UNWRAP, ...into('1.json', '2.json')]);
    const before = bytes('1.json');
    await expectRefused([...UNWRAP, ...into('1.json', '3.json')], 2, 'output-exists');
    writeFileSync(join(folder(), 'other'), 'other');
    await expectRefused([...UNWRAP, ...into('other', '3.json')], 2, 'output-exists');
    expect(bytes('1.json').equals(before)).toBe(true);
    expect(files()).toEqual(['1.json', '2.json', 'other']);

    await ok([...UNWRAP, ...into('1.json', '3.json'), '--force']);
    const second = bytes('1.json');
    await ok([...UNWRAP, '--out', '1.json', '--force']);
    const old = files().filter((name) => name.startsWith('1.json.old-'));
    expect(old.map((name) => bytes(name).toString())).toEqual([before, second].map(String));
    await ok([...UNWRAP, ...into('other', '4.json'), '--force']);
    const other = files().find((name) => name.startsWith('other.old-')) ?? '';
    expect(bytes(other).toString()).toBe('other');
  });
});

describe('combine', () => {
  beforeEach(async () => {
    await ok([...UNWRAP, ...into('1.json', '2.json', '3.json'), '--threshold', '2']);
  });

  it('refuses the same component twice, also as a copy', async () => {
    copyFileSync(join(folder(), '1.json'), join(folder(), 'copy.json'));
    await expectRefused(['combine', '1.json', '1.json'], 2, 'component-twice');
    await expectRefused(['combine', '1.json', 'copy.json'], 2, 'component-twice');
    await expectRefused(['combine', '-', '-'], 2, 'input-twice-stdin');
  });

  it('refuses what is no component', async () => {
    mkdirSync(join(folder(), 'x'));
    await expectRefused(['combine', '1.json', 'e.json'], 2, 'document-malformed');
    await expectRefused(['combine', '1.json', PRIVKEY], 2, 'document-malformed');
    await expectRefused(['combine', '1.json', 'none.json'], 7, 'file-missing');
    edit('2.json', (document) => {
      document['Format'] = 'kmsx-component/2';
    });
    await expectRefused(['combine', '1.json', '2.json'], 2, 'document-format-unknown');
  });

  it('names the component that was changed, and gives no key', async () => {
    const other = component('3.json').Component;
    edit('2.json', (document) => {
      document['Component'] = other;
    });
    const args = ['combine', '1.json', '2.json', '--out', 'key'];
    const message = await expectRefused(args, 6, 'component-damaged');
    expect(message).toContain('2.json');
    expect(message).not.toContain(other);
  });

  it('gives no key where a component was changed together with its check value', async () => {
    const share = Buffer.from(component('2.json').Component, 'base64');
    share[0] = (share[0] ?? 0) ^ 1;
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update('kmsx-data-key-v1').update(share).digest('hex');
    edit('2.json', (document) => {
      document['Component'] = share.toString('base64');
      document['ComponentCheckValues'] = [{ Method: 'SHA256-LABEL', Value: digest.slice(0, 32) }];
    });
    await expectRefused(['combine', '1.json', '2.json', '--out', 'key'], 6, 'combined-key-wrong');
    await expectRefused(['combine', '1.json', '2.json', '3.json'], 6, 'combined-key-wrong');
    await ok(['combine', '1.json', '3.json']);
  });

  it('never replaces one of its inputs', async () => {
    const args = ['combine', '1.json', '2.json', '--out', '1.json', '--force'];
    await expectRefused(args, 2, 'output-is-input');
  });

  it('does not run where Node would print secrets', async () => {
    const result = await kmsx(['combine', '1.json', '2.json'], {
      cwd: folder(),
      env: { NODE_DEBUG: 'fs' },
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });
});
