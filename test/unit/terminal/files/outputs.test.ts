import fs, {
  closeSync,
  existsSync,
  linkSync,
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
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { FileSteps } from '../../../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import { pidSpace, temporaryName } from '../../../../src/base/files/temporary/temporary-name.ts';
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
/** What a process left that is not there any more. */
const staleNameOf = (name: string): string =>
  temporaryName(name, `.kmsx-99999-${pidSpace()}0123456789ab.tmp`);
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

  it('may not both be the same on a file system without letter case', async () => {
    const create: FileSteps['create'] = async (path, mode) => {
      const handle = await FILE_STEPS.create(path, mode);
      linkSync(path, join(folder(), basename(path).replace('.f.', '.F.')));
      return handle;
    };
    const given = { fileSteps: { ...FILE_STEPS, create } };
    const both = [request('f', 'backup'), request('F')];
    await expect(prepare(both, given)).rejects.toThrow('--backup and --document cannot both be F');
  });

  it('are prepared by one look at each folder, however many there are', async () => {
    const { readdir } = fs.promises;
    const looks: unknown[] = [];
    const looking = (path: string): Promise<string[]> => {
      looks.push(path);
      return readdir(path);
    };
    Object.assign(fs.promises, { readdir: looking });
    syncBuiltinESMExports();
    try {
      for (const name of ['one', 'two']) mkdirSync(join(folder(), name));
      const stale = ['one', 'two'].flatMap((name) =>
        ['a', 'b'].map((each) => join(folder(), name, staleNameOf(each))),
      );
      for (const path of stale) writeFileSync(path, '');
      const all = ['one/a', 'one/b', 'two/a', 'two/b'].map((path) => request(path));
      const { outputs } = await prepare(all);
      expect(looks).toEqual([join(folder(), 'one'), join(folder(), 'two')]);
      expect(stale.filter((path) => existsSync(path))).toEqual([]);
      await discardAll(outputs);
    } finally {
      Object.assign(fs.promises, { readdir });
      syncBuiltinESMExports();
    }
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
  const OLD = 'old.old-20261123T080000.000Z';
  const PRIVATE = '-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n-----END PRIVATE KEY-----\n';

  it.each(['document', 'secret', 'public key', 'backup', 'private key', 'component'] as const)(
    'moves aside what is there before a %s is written, and names it',
    async (holds) => {
      for (const before of ['before', PRIVATE, '']) {
        writeFileSync(join(folder(), 'old'), before);
        const { outputs, io } = await prepare([request('old', holds)], { force: true });
        expect(readFileSync(join(folder(), 'old'), 'utf8')).toBe(before);
        await outputs[0]?.write(Buffer.from('new'));
        expect(files()).toEqual(['old', OLD]);
        expect(readFileSync(join(folder(), 'old'), 'utf8')).toBe('new');
        expect(readFileSync(join(folder(), OLD), 'utf8')).toBe(before);
        expect(io.stderrText()).toBe(`kmsx: warning: the old old is now ${folder()}/${OLD}\n`);
        for (const name of files()) unlinkSync(join(folder(), name));
      }
    },
  );

  it('leaves the old file where it is when nothing is written after all', async () => {
    writeFileSync(join(folder(), 'old'), 'before');
    const { outputs, io } = await prepare([request('old')], { force: true });
    await discardAll(outputs);
    expect(files()).toEqual(['old']);
    expect(readFileSync(join(folder(), 'old'), 'utf8')).toBe('before');
    expect(io.stderrText()).toBe('');
  });

  it('moves aside what came into being after the check', async () => {
    const { outputs, io } = await prepare([request('old', 'secret')], { force: true });
    writeFileSync(join(folder(), 'old'), PRIVATE);
    await outputs[0]?.write(Buffer.from('new'));
    expect(files()).toEqual(['old', OLD]);
    expect(readFileSync(join(folder(), OLD), 'utf8')).toBe(PRIVATE);
    expect(io.stderrText()).toContain(` is now ${folder()}/${OLD}\n`);
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
