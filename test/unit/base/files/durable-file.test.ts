import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DurableFileOptions, FileContext } from '../../../../src/base/files/durable-file.ts';
import { prepareDurableFile } from '../../../../src/base/files/durable-file.ts';
import type { FileSteps } from '../../../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { TEST_NOW, testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();

function options(changes: Partial<DurableFileOptions> = {}): DurableFileOptions {
  return { label: 'out.json', mode: 0o600, existing: 'refuse', ...changes };
}

async function write(
  path: string,
  text: string,
  changes: Partial<DurableFileOptions> = {},
  context: FileContext = testIo(),
): Promise<unknown> {
  const file = await prepareDurableFile(path, options(changes), context);
  return file.commit(Buffer.from(text));
}

/** Names of leftovers: of a process that is gone, and of one that lives. */
async function leftovers(): Promise<{ stale: string; alive: string }> {
  const file = await prepareDurableFile(join(folder(), 'out.json'), options(), testIo());
  const [alive = ''] = readdirSync(folder());
  await file.discard();
  return { stale: alive.replace('4242', '99999'), alive };
}

describe('a durable file', () => {
  it('is written whole, with its mode, and leaves nothing else behind', async () => {
    const path = join(folder(), 'out.json');
    await write(path, 'all of it');
    expect(readFileSync(path, 'utf8')).toBe('all of it');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder())).toEqual(['out.json']);
  });

  it('is not there under its name before it is committed, and its temporary file is private', async () => {
    const path = join(folder(), 'out.json');
    const file = await prepareDurableFile(path, options({ reserveBytes: 4096 }), testIo());
    const [temporary = ''] = readdirSync(folder());
    expect(temporary).toMatch(/^\.out\.json\.kmsx-4242-[0-9a-f]+\.tmp$/);
    expect(statSync(join(folder(), temporary)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder(), temporary)).size).toBe(4096);
    await file.discard();
    expect(readdirSync(folder())).toEqual([]);
  });

  it('never replaces a file that came into being after it was prepared', async () => {
    const path = join(folder(), 'out.json');
    const file = await prepareDurableFile(path, options(), testIo());
    writeFileSync(path, 'somebody else');
    await expect(file.commit(Buffer.from('mine'))).rejects.toMatchObject({ code: 'output-exists' });
    expect(readFileSync(path, 'utf8')).toBe('somebody else');
    expect(readdirSync(folder())).toEqual(['out.json']);
  });

  it('lets one of two writers of one name win, and tells the other', async () => {
    const path = join(folder(), 'out.json');
    const files = await Promise.all([
      prepareDurableFile(path, options(), testIo()),
      prepareDurableFile(path, options(), testIo()),
    ]);
    const results = await Promise.allSettled(
      files.map((file, index) => file.commit(Buffer.from(`writer ${index}`))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(readFileSync(path, 'utf8')).toBe(`writer ${winner}`);
    expect(readdirSync(folder())).toEqual(['out.json']);
  });

  it('refuses an existing file, a folder and a dangling link before anything is written', async () => {
    writeFileSync(join(folder(), 'file'), 'old');
    mkdirSync(join(folder(), 'folder'));
    symlinkSync(join(folder(), 'nowhere'), join(folder(), 'link'));
    for (const [name, code] of [
      ['file', 'output-exists'],
      ['folder', 'output-is-folder'],
      ['link', 'output-exists'],
    ] as const) {
      await expect(write(join(folder(), name), 'new')).rejects.toMatchObject({ code });
    }
    expect(readdirSync(folder()).sort()).toEqual(['file', 'folder', 'link']);
    expect(readFileSync(join(folder(), 'file'), 'utf8')).toBe('old');
  });

  it('replaces an existing file where it may', async () => {
    const path = join(folder(), 'out.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o644);
    await write(path, 'new', { existing: 'replace' });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder())).toEqual(['out.json']);
  });

  it('moves the old file aside the new one, however often it is replaced', async () => {
    const path = join(folder(), 'out.json');
    for (const text of ['one', 'two', 'three']) await write(path, text, { existing: 'move-aside' });
    const stamp = TEST_NOW.toISOString().replaceAll(/[-:]/g, '');
    const [newest, ...old] = readdirSync(folder()).sort();
    expect(newest).toBe('out.json');
    expect(old[0]).toBe(`out.json.old-${stamp}`);
    expect(old[1]).toMatch(new RegExp(`^out\\.json\\.old-${stamp}-[0-9a-f]{12}0$`));
    expect(old).toHaveLength(2);
    expect(readFileSync(path, 'utf8')).toBe('three');
    expect(old.map((name) => readFileSync(join(folder(), name), 'utf8'))).toEqual(['one', 'two']);
  });

  it('replaces the target of a symbolic link atomically and leaves the link', async () => {
    mkdirSync(join(folder(), 'real'));
    writeFileSync(join(folder(), 'real', 'target'), 'old');
    symlinkSync(join('real', 'target'), join(folder(), 'link'));
    await write(join(folder(), 'link'), 'new', { existing: 'replace' });
    expect(readFileSync(join(folder(), 'real', 'target'), 'utf8')).toBe('new');
    expect(readdirSync(folder()).sort()).toEqual(['link', 'real']);
  });

  it('removes the temporary files of this name whose process is gone, and no others', async () => {
    const { stale, alive } = await leftovers();
    const other = stale.replace('out.json', 'other.json');
    const unlike = stale.replace('.tmp', '.txt');
    for (const name of [stale, alive, other, unlike]) writeFileSync(join(folder(), name), '');
    await write(join(folder(), 'out.json'), 'text');
    expect(readdirSync(folder()).sort()).toEqual([alive, other, unlike, 'out.json'].sort());
  });

  it('leaves a temporary file of another machine or PID namespace alone, and names it after an hour', async () => {
    const { stale } = await leftovers();
    const foreign = stale.replace(/-[0-9a-f]{8}/, '-00000000');
    const young = join(folder(), foreign);
    const old = join(folder(), foreign.replace('99999', '4242'));
    writeFileSync(young, '');
    writeFileSync(old, '');
    const at = (minutes: number): Date => new Date(TEST_NOW.getTime() - minutes * 60_000);
    utimesSync(young, at(59), at(59));
    utimesSync(old, at(61), at(61));
    const file = await prepareDurableFile(join(folder(), 'out.json'), options(), testIo());
    expect(file.earlier.leftovers).toEqual([{ temporary: old, old: undefined }]);
    await file.commit(Buffer.from('text'));
    expect(
      readdirSync(folder())
        .map((name) => join(folder(), name))
        .sort(),
    ).toEqual([young, old, join(folder(), 'out.json')].sort());
  });

  it('is not hindered by a leftover that cannot be removed', async () => {
    const { stale } = await leftovers();
    mkdirSync(join(folder(), stale, 'inside'), { recursive: true });
    await write(join(folder(), 'out.json'), 'text');
    expect(readdirSync(folder()).sort()).toEqual([stale, 'out.json'].sort());
  });

  it.each([['refuse'], ['replace'], ['move-aside']] as const)(
    'is written all the same where another process removed its temporary file: %s',
    async (existing) => {
      const path = join(folder(), 'out.json');
      const file = await prepareDurableFile(path, options({ existing }), testIo());
      for (const name of readdirSync(folder())) unlinkSync(join(folder(), name));
      expect(await file.commit(Buffer.from('mine'))).toEqual({
        movedAside: [],
        mode: 0o600,
        modeIgnored: false,
        secondName: undefined,
      });
      expect(readdirSync(folder())).toEqual(['out.json']);
      expect(readFileSync(path, 'utf8')).toBe('mine');
    },
  );

  it('says why it was not written, also where nothing can be cleaned up', async () => {
    const inner = join(folder(), 'stick');
    mkdirSync(inner);
    const file = await prepareDurableFile(join(inner, 'out.json'), options(), testIo());
    rmSync(inner, { recursive: true });
    writeFileSync(inner, 'a file in place of the folder');
    await expect(file.commit(Buffer.from('mine'))).rejects.toMatchObject({
      code: 'file-unwritable',
    });
    await expect(file.discard()).resolves.toBeUndefined();
  });

  it('is not written once the process is interrupted, and the old file is there', async () => {
    const path = join(folder(), 'out.json');
    writeFileSync(path, 'old');
    const interrupt = new AbortController();
    const context = { ...testIo(), signal: interrupt.signal };
    const file = await prepareDurableFile(path, options({ existing: 'move-aside' }), context);
    interrupt.abort();
    await expect(file.commit(Buffer.from('mine'))).rejects.toMatchObject({
      code: 'file-unwritable',
    });
    expect(readdirSync(folder())).toEqual(['out.json']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('removes its temporary file at once when the process is interrupted', async () => {
    const interrupt = new AbortController();
    const context = { ...testIo(), signal: interrupt.signal };
    const file = await prepareDurableFile(join(folder(), 'out.json'), options(), context);
    expect(readdirSync(folder())).toHaveLength(1);
    interrupt.abort();
    expect(readdirSync(folder())).toEqual([]);
    await file.discard();
  });

  it('is taken back after it was committed, and another process’s file of that name is not', async () => {
    const path = join(folder(), 'out.json');
    const file = await prepareDurableFile(path, options(), testIo());
    file.retract();
    await file.commit(Buffer.from('mine'));
    file.retract();
    expect(readdirSync(folder())).toEqual([]);
    file.retract();

    const other = await prepareDurableFile(path, options(), testIo());
    await other.commit(Buffer.from('mine'));
    writeFileSync(join(folder(), 'theirs'), 'theirs');
    renameSync(join(folder(), 'theirs'), path);
    other.retract();
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });

  it('says that the folder does not exist', async () => {
    const path = join(folder(), 'missing', 'out.json');
    await expect(write(path, 'x', { label: 'missing/out.json' })).rejects.toMatchObject({
      code: 'file-unwritable',
      message: 'missing/out.json cannot be written: the folder missing does not exist',
    });
    expect(existsSync(join(folder(), 'missing'))).toBe(false);
  });

  it('leaves another name of the old file as it was', async () => {
    const path = join(folder(), 'out.json');
    writeFileSync(path, 'old');
    linkSync(path, join(folder(), 'second-name'));
    await write(path, 'new', { existing: 'replace' });
    expect(readFileSync(join(folder(), 'second-name'), 'utf8')).toBe('old');
  });

  it('knows other paths that a file system takes for its own', async () => {
    const file = await prepareDurableFile(join(folder(), 'out.json'), options(), testIo());
    const [temporary = ''] = readdirSync(folder());
    expect(file.isNamedBy(join(folder(), 'OUT.json'))).toBe(false);
    expect(file.isNamedBy(join(folder(), 'missing', 'out.json'))).toBe(false);
    // What a file system without letter case shows for the other name.
    linkSync(join(folder(), temporary), join(folder(), temporary.replace('out', 'OUT')));
    expect(file.isNamedBy(join(folder(), 'OUT.json'))).toBe(true);
    await file.discard();
  });

  it('tells of files that earlier runs moved aside, and may not have told of', async () => {
    const name = 'out.json.old-20261123T080000.000Z';
    const old = [name, `${name}-0123456789ab0`];
    for (const each of [...old, `${name}x`, 'other.json.old-20261123T080000.000Z']) {
      writeFileSync(join(folder(), each), '');
    }
    const file = await prepareDurableFile(join(folder(), 'out.json'), options(), testIo());
    expect(file.earlier).toEqual({ leftovers: [], old: old.map((each) => join(folder(), each)) });
    await file.discard();
  });
});

describe('a temporary file that cannot be removed', () => {
  const unlink = (): never => {
    throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'unlink' });
  };
  const context = (steps: Partial<FileSteps> = {}): FileContext => ({
    ...testIo(),
    fileSteps: { ...FILE_STEPS, unlink, ...steps },
  });
  const temporary = (): string => {
    const name = readdirSync(folder()).find((each) => each.endsWith('.tmp')) ?? '';
    return join(folder(), name);
  };

  it('is named as a second name of the file, which is written', async () => {
    const path = join(folder(), 'out.json');
    const report = await write(path, 'all', {}, context());
    expect(report).toMatchObject({ secondName: temporary() });
    expect(readFileSync(path, 'utf8')).toBe('all');
    await write(join(folder(), 'out.json'), 'new', { existing: 'move-aside' });
  });

  it('is named in the error that left it, at every step', async () => {
    const path = join(folder(), 'out.json');
    for (const step of ['write', 'truncate', 'flush', 'link'] as const) {
      const failing = { [step]: unlink } as Partial<FileSteps>;
      const error: unknown = await write(path, 'all', { reserveBytes: 1 }, context(failing)).catch(
        (thrown: unknown) => thrown,
      );
      expect(String(error)).toContain(`its temporary file ${temporary()} could not be removed`);
      rmSync(temporary());
      expect(readdirSync(folder())).toEqual([]);
    }
  });

  it('is told once if it is discarded', async () => {
    const file = await prepareDurableFile(join(folder(), 'out.json'), options(), context());
    expect(await file.discard()).toBe(temporary());
    expect(await file.discard()).toBeUndefined();
  });
});

describe('a step that was done though the system says that it failed', () => {
  it.each(['EEXIST', 'EIO', 'ENOSPC', 'Unknown system error -122'])('counts: %s', async (code) => {
    const path = join(folder(), 'out.json');
    const done =
      (step: 'link' | 'rename') =>
      (from: string, to: string): never => {
        FILE_STEPS[step](from, to);
        throw Object.assign(new Error(code), { code, syscall: step });
      };
    for (const existing of ['refuse', 'replace', 'move-aside'] as const) {
      const steps = { ...FILE_STEPS, link: done('link'), rename: done('rename') };
      await write(path, existing, { existing }, { ...testIo(), fileSteps: steps });
      expect(readFileSync(path, 'utf8')).toBe(existing);
    }
    expect(readdirSync(folder())).toHaveLength(2);
  });

  it.each(['EDQUOT', 'Unknown system error -122', 'ENOSPC', 'EFBIG'])(
    'is a full disk where it was not done: %s',
    async (code) => {
      const steps = {
        ...FILE_STEPS,
        write: () => Promise.reject(Object.assign(new Error(code), { code, syscall: 'write' })),
      };
      const context = { ...testIo(), fileSteps: steps };
      await expect(write(join(folder(), 'out.json'), 'all', {}, context)).rejects.toMatchObject({
        code: 'disk-full',
      });
      expect(readdirSync(folder())).toEqual([]);
    },
  );
});
