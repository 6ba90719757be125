import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import { classifyExistingFile } from '../../../../src/terminal/files/existing-file.ts';
import { readEnvelope } from '../../../../src/documents/read-document.ts';
import type { OutputRequest } from '../../../../src/terminal/files/output-place.ts';
import type { Output } from '../../../../src/terminal/files/outputs.ts';
import { discardAll, prepareOutputs } from '../../../../src/terminal/files/outputs.ts';
import { createReporter } from '../../../../src/terminal/reporter.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import type { TestIo, TestIoOptions } from '../../../support/test-io.ts';
import { testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();
const REPORTING = { quiet: false, verbose: false, color: 'never', errorFormat: 'text' } as const;

interface Given extends TestIoOptions {
  readonly force?: boolean;
  readonly forceTerminal?: boolean;
}

async function prepare(
  requests: readonly OutputRequest[],
  { force = false, forceTerminal = false, ...options }: Given = {},
): Promise<{ outputs: Output[]; io: TestIo }> {
  const io = testIo({ cwd: folder(), ...options });
  const reporter = createReporter(io, REPORTING);
  return {
    outputs: await prepareOutputs(requests, [], { force, forceTerminal, io, reporter }),
    io,
  };
}

async function refusedCode(requests: readonly OutputRequest[], given: Given = {}): Promise<string> {
  return await prepare(requests, given).then(
    () => 'nothing was refused',
    (error: unknown) => {
      if (error instanceof KmsxError) return error.code;
      throw error;
    },
  );
}

const request = (path: string, holds: OutputRequest['holds'] = 'document'): OutputRequest => ({
  option: `--${holds.replace(' ', '-')}`,
  path,
  holds,
});
const escaped = (text: string): string =>
  Array.from(text, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('');
const files = (): string[] => readdirSync(folder()).sort();

describe('outputs', () => {
  it.each([
    ['backup', 0o600],
    ['document', 0o600],
    ['secret', 0o600],
    ['component', 0o600],
    ['private key', 0o600],
    ['public key', 0o644],
  ] as const)('that hold a %s have the mode %o from the first byte on', async (holds, mode) => {
    const { outputs } = await prepare([request('f', holds)]);
    const [temporary = ''] = files();
    expect(statSync(join(folder(), temporary)).mode & 0o777).toBe(mode);
    await outputs[0]?.write(Buffer.from('content'));
    expect(files()).toEqual(['f']);
    expect(statSync(join(folder(), 'f')).mode & 0o777).toBe(mode);
    expect(readFileSync(join(folder(), 'f'), 'utf8')).toBe('content');
  });

  it('that are discarded leave nothing, and discarding a written one is harmless', async () => {
    const { outputs } = await prepare([request('a'), request('b'), request('-')]);
    expect(files()).toHaveLength(2);
    await outputs[0]?.write(Buffer.from('a'));
    await discardAll(outputs);
    await discardAll(outputs);
    expect(files()).toEqual(['a']);
  });

  it.each([
    ['exists', 'old', 'output-exists'],
    ['is a folder', 'folder', 'output-is-folder'],
    ['is meant to be a secret of KMS', 'secret:x', 'output-is-secret'],
    ['is in a folder that is not there', 'gone/f', 'file-unwritable'],
    ['is below a file', 'old/f', 'file-unwritable'],
  ])('of which one %s are all refused, and none is left', async (_, path, code) => {
    writeFileSync(join(folder(), 'old'), 'old');
    mkdirSync(join(folder(), 'folder'));
    expect(await refusedCode([request('new'), request(path)])).toBe(code);
    expect(files()).toEqual(['folder', 'old']);
  });

  it.each([
    ['f', 'f'],
    ['f', './f'],
    ['folder/../f', 'f'],
    ['-', '/dev/stdout'],
    ['-', '/dev/fd/1'],
  ])('may not both be the same: %s and %s', async (one, other) => {
    mkdirSync(join(folder(), 'folder'));
    expect(await refusedCode([request(one, 'backup'), request(other)])).toBe('output-twice');
    expect(files()).toEqual(['folder']);
  });

  it('may not be a descriptor that is not open for writing', async () => {
    writeFileSync(join(folder(), 'own'), '');
    const own = openSync(join(folder(), 'own'), 'r');
    try {
      expect(await refusedCode([request(`/dev/fd/${own}`)])).toBe('file-unwritable');
    } finally {
      closeSync(own);
    }
    expect(await refusedCode([request('/dev/fd/987')])).toBe('file-unwritable');
  });

  it('may be a file whose name looks like a secret, by another way to write it', async () => {
    const { outputs } = await prepare([request('./secret:x')]);
    await outputs[0]?.write(Buffer.from('content'));
    expect(files()).toEqual(['secret:x']);
  });

  it('may both be /dev/null', async () => {
    const { outputs } = await prepare([request('/dev/null'), request('/dev/null', 'secret')]);
    for (const output of outputs) await output.write(Buffer.from('gone'));
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('that fail are named in the error: standard output', async () => {
    const stdoutError = Object.assign(new Error('EPIPE'), { code: 'EPIPE', syscall: 'write' });
    const { outputs } = await prepare([request('-')], { stdoutError });
    await expect(outputs[0]?.write(Buffer.from('x'))).rejects.toMatchObject({
      code: 'stream-closed',
      message: 'the reader of standard output went away',
    });
  });
});

describe('--force', () => {
  it.each([
    ['document', ['old'], 'new'],
    ['secret', ['old'], 'new'],
    ['public key', ['old'], 'new'],
    ['backup', ['old', 'old.old-20261123T080000.000Z'], 'new'],
  ] as const)('replaces a %s', async (holds, names, content) => {
    writeFileSync(join(folder(), 'old'), 'before');
    const { outputs, io } = await prepare([request('old', holds)], { force: true });
    await outputs[0]?.write(Buffer.from(content));
    expect(files()).toEqual(names);
    expect(readFileSync(join(folder(), 'old'), 'utf8')).toBe(content);
    // What was kept is named, and nothing else is said.
    const kept = names.slice(1).map((name) => ` is now ${folder()}/${name}\n`);
    expect(
      io
        .stderrText()
        .split(/(?= is now )/)
        .slice(1),
    ).toEqual(kept);
  });

  it.each(['private key', 'component'] as const)('never replaces a %s', async (holds) => {
    writeFileSync(join(folder(), 'old'), 'before');
    const requests = [request('old', holds)];
    expect(await refusedCode(requests, { force: true })).toBe('output-keeps-old');
    expect(readFileSync(join(folder(), 'old'), 'utf8')).toBe('before');
  });
});

describe('--force, when the file came into being after the check', () => {
  const blob = randomBytes(150).toString('base64');
  const PRIVATE = '-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----\n';

  it.each([
    ['a backup', `{"Format":"kmsx-backup/1","CiphertextBlob":"${blob}"}`],
    ['a raw answer', `{"CiphertextBlob" : "${blob}"}`],
    ['a name with escapes', `{"Format":"kmsx-backup\\/1","Ciphertext\\u0042lob":"${blob}"}`],
    ['a name of nothing but escapes', `{"${escaped('CiphertextBlob')}":"${blob}"}`],
    ['a bare blob', blob],
    ['a bare blob with a byte order mark', `\ufeff${blob}\n`],
    ['a bare blob among Unicode blanks', `\u00a0\u2003${blob}\u3000\ufeff`],
  ])('keeps what --in would take: %s', async (_, before) => {
    for (const holds of ['document', 'secret', 'public key', 'backup'] as const) {
      const { outputs } = await prepare([request(holds, holds)], { force: true });
      writeFileSync(join(folder(), holds), before);
      await outputs[0]?.write(Buffer.from('new'));
      expect(readFileSync(join(folder(), holds), 'utf8')).toBe('new');
      const kept = files().find((name) => name.startsWith(`${holds}.old-`)) ?? '';
      expect(readFileSync(join(folder(), kept), 'utf8')).toBe(before);
    }
  });

  it('keeps whatever the readers take, however it is written', () => {
    const name = fc
      .array(fc.boolean(), { minLength: 14, maxLength: 14 })
      .map((choices) =>
        Array.from('CiphertextBlob', (letter, at) =>
          choices[at] === true ? escaped(letter) : letter,
        ),
      );
    const text = fc
      .tuple(name, fc.constantFrom('', '\ufeff'), fc.constantFrom('', ' ', '\n', '\u00a0'))
      .map(([letters, mark, blank]) => `${mark}${blank}{"${letters.join('')}":"${blob}"}`);
    fc.assert(
      fc.property(text, (document) => {
        expect(readEnvelope(Buffer.from(document), 'f').kind).toBe('answer');
        writeFileSync(join(folder(), 'f'), document);
        expect(classifyExistingFile(join(folder(), 'f'))).toBe('backup');
      }),
    );
  });

  it.each([
    ['a private key', PRIVATE],
    ['a JWK', '{"kty":"RSA","d":"AQAB"}'],
    ['a JWK with escapes', `{"kty":"RSA","${escaped('d')}":"AQAB"}`],
    ['a component', '{"Format":"kmsx-component/1"}'],
    ['a component with escapes', '{"Format":"kmsx-component\\/1"}'],
  ])('leaves in place %s', async (_, before) => {
    for (const holds of ['document', 'secret', 'public key', 'backup'] as const) {
      const { outputs } = await prepare([request('f', holds)], { force: true });
      writeFileSync(join(folder(), 'f'), before);
      const error: unknown = await outputs[0]?.write(Buffer.from('new')).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'output-keeps-old', kind: 'usage' });
      expect(readFileSync(join(folder(), 'f'), 'utf8')).toBe(before);
      // A document that nobody may lose is beside it; a key or a public key can be had again.
      const others = files().filter((name) => name !== 'f');
      const isRescued = holds === 'document' || holds === 'backup';
      expect(others).toHaveLength(isRescued ? 1 : 0);
      for (const name of others) {
        expect(readFileSync(join(folder(), name), 'utf8')).toBe('new');
        expect(String(error)).toContain(`; the new file is whole and is ${folder()}/${name}`);
        unlinkSync(join(folder(), name));
      }
      unlinkSync(join(folder(), 'f'));
    }
  });

  it('leaves in place a folder and a named pipe', async () => {
    for (const make of [mkdirSync, (path: string) => execFileSync('mkfifo', [path])]) {
      const { outputs } = await prepare([request('f', 'secret')], { force: true });
      make(join(folder(), 'f'));
      await expect(outputs[0]?.write(Buffer.from('new'))).rejects.toMatchObject({
        code: 'output-exists',
      });
      expect(files()).toEqual(['f']);
      rmSync(join(folder(), 'f'), { recursive: true });
    }
  });
});

describe('a terminal behind standard output', () => {
  const terminal = { stdoutIsTerminal: true };

  it.each(['secret', 'private key'] as const)('gets no %s unless it is forced', async (holds) => {
    for (const path of ['-', '/dev/stdout', '/proc/self/fd/1']) {
      expect(await refusedCode([request(path, holds)], terminal)).toBe('terminal-refused');
    }
    expect(await refusedCode([request('-', holds)])).toBe('nothing was refused');
    const { outputs, io } = await prepare([request('-', holds)], {
      ...terminal,
      forceTerminal: true,
    });
    await outputs[0]?.write(Buffer.from('shown'));
    expect(io.stdoutText()).toBe('shown');
  });

  it('gets no component, forced or not', async () => {
    const forced = { ...terminal, forceTerminal: true };
    expect(await refusedCode([request('-', 'component')], forced)).toBe('terminal-refused');
  });

  it.each(['backup', 'document', 'public key'] as const)('gets a %s', async (holds) => {
    expect(await refusedCode([request('-', holds)], terminal)).toBe('nothing was refused');
  });
});
