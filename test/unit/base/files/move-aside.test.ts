import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PreparedFile } from '../../../../src/base/files/durable-file.ts';
import { prepareDurableFile } from '../../../../src/base/files/durable-file.ts';
import type { FileSteps } from '../../../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();
const FILE = 'out.json';
const OLD = `${FILE}.old-20261123T080000.000Z`;

const path = (name = FILE): string => join(folder(), name);
const write = (text: string, name = FILE): void => {
  writeFileSync(path(name), text);
};
/** What each file holds, by its name without the random part. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder()).map((name) => [
      name.replace(/-[0-9a-f]{12}\d$/, '-…').replace(/-[0-9a-f]{20}\.tmp$/, '-….tmp'),
      readFileSync(path(name), 'utf8'),
    ]),
  );

async function prepare(steps: Partial<FileSteps> = {}, name = FILE): Promise<PreparedFile> {
  const context = { ...testIo(), fileSteps: { ...FILE_STEPS, ...steps } };
  const options = { label: name, mode: 0o600, existing: 'move-aside' } as const;
  return await prepareDurableFile(path(name), options, context);
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'test' });
}

const failing = (code: string) => (): never => {
  throw fault(code);
};

describe('an old file that is moved aside', () => {
  it.each([
    ['a private key', '-----BEGIN PRIVATE KEY-----\n'],
    ['nothing', ''],
    ['anything', 'old'],
  ])('is whole and named, whatever it holds: %s', async (_, text) => {
    write(text);
    const { movedAside } = await (await prepare()).commit(Buffer.from('new'));
    expect(movedAside).toEqual([path(OLD)]);
    expect(files()).toEqual({ [FILE]: 'new', [OLD]: text });
  });

  it('may come into being after the new one was prepared', async () => {
    const file = await prepare();
    write('somebody else');
    expect(await file.commit(Buffer.from('new'))).toMatchObject({ movedAside: [path(OLD)] });
    expect(files()).toEqual({ [FILE]: 'new', [OLD]: 'somebody else' });
  });

  it('never takes the name of another file', async () => {
    write('old');
    write('older', OLD);
    const { movedAside } = await (await prepare()).commit(Buffer.from('new'));
    expect(movedAside).toHaveLength(1);
    expect(files()).toEqual({ [FILE]: 'new', [OLD]: 'older', [`${OLD}-…`]: 'old' });
  });

  it('is named, and the new file too, where the folder cannot be synced in the end', async () => {
    write('old');
    let syncs = 0;
    const sync = (): void => {
      syncs += 1;
      if (syncs === 2) throw fault('EIO');
    };
    const file = await prepare({ sync });
    await expect(file.commit(Buffer.from('new'))).rejects.toMatchObject({
      code: 'file-unwritable',
      message: `${FILE} is written whole, but its folder cannot be synced (EIO): it may not survive a crash; what was there is now ${path(OLD)}`,
    });
    expect(files()).toEqual({ [FILE]: 'new', [OLD]: 'old' });
    file.retract();
    expect(files()).toEqual({ [OLD]: 'old' });
  });

  it.each(['ENOENT', 'EIO', 'EACCES'])(
    'does not make the new file a failure where a second name cannot be removed: %s',
    async (code) => {
      write('old');
      const lost = (name: string): void => {
        if (code === 'ENOENT') FILE_STEPS.unlink(name); // as NFS answers when its first reply was lost
        throw fault(code);
      };
      const file = await prepare({ unlink: lost });
      await file.commit(Buffer.from('new'));
      expect(files()).toMatchObject({ [FILE]: 'new' });
      expect(Object.values(files())).toContain('old');
    },
  );

  it('may be several, where others come into place meanwhile', async () => {
    write('first');
    let moves = 0;
    const rename: FileSteps['rename'] = (from, to) => {
      FILE_STEPS.rename(from, to);
      moves += 1;
      if (moves === 1) write('second');
    };
    const { movedAside } = await (await prepare({ rename })).commit(Buffer.from('new'));
    expect(movedAside.map((name) => readFileSync(name, 'utf8'))).toEqual(['first', 'second']);
    expect(files()).toMatchObject({ [FILE]: 'new', [OLD]: 'first' });
  });

  it('is whole under some name at every step, and so is the new one, which is durable first', async () => {
    write('old');
    const seen: string[] = [];
    const watching = <Args extends unknown[]>(
      name: keyof FileSteps,
      call: (...args: Args) => void,
    ): ((...args: Args) => void) => {
      return (...args) => {
        const texts = Object.values(files());
        expect(texts).toContain('old');
        expect(texts).toContain('new');
        seen.push(name);
        call(...args);
      };
    };
    const { link, rename, unlink, sync } = FILE_STEPS;
    const steps = {
      link: watching('link', link),
      rename: watching('rename', rename),
      unlink: watching('unlink', unlink),
      sync: watching('sync', sync),
    };
    await (await prepare(steps)).commit(Buffer.from('new'));
    expect(seen).toEqual(
      ['link', 'sync', 'rename', 'link', 'unlink', 'link', 'unlink', 'sync'], // the first link finds the old file
    );
  });

  it.each([
    ['a folder', mkdirSync],
    ['a named pipe', (name: string) => execFileSync('mkfifo', [name])],
    [
      'a symbolic link',
      (name: string) => {
        symlinkSync('nowhere', name);
      },
    ],
  ])('is never %s', async (_, make) => {
    const file = await prepare();
    make(path());
    await expect(file.commit(Buffer.from('new'))).rejects.toMatchObject({ code: 'output-exists' });
    expect(readdirSync(folder())).toEqual([FILE]);
  });

  it('stays aside when the new one is taken back', async () => {
    write('old');
    const file = await prepare();
    await file.commit(Buffer.from('new'));
    file.retract();
    expect(files()).toEqual({ [OLD]: 'old' });
  });
});

describe('a symbolic link', () => {
  it('stays, and what it points to is moved aside where it lies', async () => {
    mkdirSync(path('real'));
    write('old', join('real', 'target'));
    symlinkSync(join('real', 'target'), path('link'));
    const { movedAside } = await (await prepare({}, 'link')).commit(Buffer.from('new'));
    expect(lstatSync(path('link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(path('link'), 'utf8')).toBe('new');
    expect(movedAside).toEqual([path(join('real', 'target.old-20261123T080000.000Z'))]);
    expect(readFileSync(movedAside[0] ?? '', 'utf8')).toBe('old');
    expect(readdirSync(folder()).sort()).toEqual(['link', 'real']);
  });

  it('that points to nothing is refused by what it is, before anything is written', async () => {
    symlinkSync('nowhere', path('link'));
    await expect(prepare({}, 'link')).rejects.toMatchObject({
      code: 'file-unwritable',
      message: 'link is a symbolic link to nowhere, which does not exist',
    });
    expect(readdirSync(folder())).toEqual(['link']);
  });

  it('to a folder is refused', async () => {
    mkdirSync(path('real'));
    symlinkSync('real', path('link'));
    await expect(prepare({}, 'link')).rejects.toMatchObject({ code: 'output-is-folder' });
  });
});

describe('a file system that fails', () => {
  it('is given up when it always says that the name is taken', async () => {
    write('old');
    let calls = 0;
    const link = (): never => {
      calls += 1;
      throw fault('EEXIST');
    };
    const error: unknown = await (
      await prepare({ link })
    )
      .commit(Buffer.from('new'))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'output-exists' });
    expect(calls).toBeLessThan(20);
    const [name = ''] = readdirSync(folder());
    expect(String(error)).toContain(`; what was there is now ${path(name)}`);
    expect(files()).toEqual({ [`${OLD}-…`]: 'old' });
  });

  it('is given up too if there is no old file', async () => {
    const file = await prepare({ link: failing('EEXIST') });
    await expect(file.commit(Buffer.from('new'))).rejects.toMatchObject({ code: 'output-exists' });
    expect(files()).toEqual({});
  });

  it('has done what is done, though it says that the rename failed', async () => {
    write('old');
    const rename: FileSteps['rename'] = (from, to) => {
      FILE_STEPS.rename(from, to);
      throw fault('EIO');
    };
    const { movedAside } = await (await prepare({ rename })).commit(Buffer.from('new'));
    expect(movedAside).toEqual([path(OLD)]);
    expect(files()).toEqual({ [FILE]: 'new', [OLD]: 'old' });
  });

  it('has done what is done, though it says that the link was there', async () => {
    write('old');
    const link: FileSteps['link'] = (from, to) => {
      FILE_STEPS.link(from, to);
      throw fault('EEXIST');
    };
    await (await prepare({ link })).commit(Buffer.from('new'));
    expect(files()).toMatchObject({ [FILE]: 'new' });
    expect(Object.values(files())).toContain('old');
  });

  it.each(['EIO', 'ENOSPC', 'EACCES'])('leaves the old file where it was: %s', async (code) => {
    write('old');
    let links = 0;
    const link: FileSteps['link'] = (from, to) => {
      links += 1;
      if (links === 2) throw fault(code);
      FILE_STEPS.link(from, to);
    };
    const file = await prepare({ link });
    await expect(file.commit(Buffer.from('new'))).rejects.toMatchObject({ kind: 'io' });
    expect(files()).toEqual({ [FILE]: 'old' });
    await expect(
      prepare({ rename: failing(code) }).then((prepared) => prepared.commit(Buffer.from('new'))),
    ).rejects.toThrow();
    expect(files()).toEqual({ [FILE]: 'old' });
  });

  it('names the old file where it cannot be put back', async () => {
    write('old');
    let links = 0;
    const link: FileSteps['link'] = (from, to) => {
      links += 1;
      if (links > 1) throw fault('EIO');
      FILE_STEPS.link(from, to);
    };
    const error: unknown = await (
      await prepare({ link })
    )
      .commit(Buffer.from('new'))
      .catch((thrown: unknown) => thrown);
    const [name = ''] = readdirSync(folder());
    expect(error).toMatchObject({ code: 'file-unwritable' });
    expect(String(error)).toContain(`(EIO); what was there is now ${path(name)}`);
    expect(files()).toEqual({ [`${OLD}-…`]: 'old' });
  });

  it('that has no links loses nothing and keeps the longer name', async () => {
    write('old');
    const file = await prepare({ link: failing('EPERM') });
    const { movedAside } = await file.commit(Buffer.from('new'));
    expect(movedAside).toHaveLength(1);
    expect(files()).toEqual({ [FILE]: 'new', [`${OLD}-…`]: 'old' });
  });
});

describe('a name that is too long', () => {
  const longest = (existing: 'refuse' | 'move-aside') => async (length: number) => {
    const options = { label: FILE, mode: 0o600, existing } as const;
    const file = await prepareDurableFile(path('n'.repeat(length)), options, testIo());
    await file.discard();
  };

  it.each(['refuse', 'move-aside'] as const)(
    'is found before anything is written: %s',
    async (existing) => {
      const tryLength = longest(existing);
      const lengths = Array.from({ length: 60 }, (_, index) => 200 + index);
      const fit: number[] = [];
      for (const length of lengths) {
        await tryLength(length).then(
          () => fit.push(length),
          (error: unknown) => {
            expect(error).toMatchObject({
              code: 'file-unwritable',
              message: 'out.json cannot be written: its name is too long',
            });
          },
        );
      }
      expect(readdirSync(folder())).toEqual([]);
      const name = 'n'.repeat(fit.at(-1) ?? 0);
      for (const text of ['one', 'two', 'three']) {
        const options = { label: FILE, mode: 0o600, existing } as const;
        if (existing === 'refuse' && text !== 'one') continue;
        await (await prepareDurableFile(path(name), options, testIo())).commit(Buffer.from(text));
      }
      expect(readdirSync(folder())).toHaveLength(existing === 'refuse' ? 1 : 3);
    },
  );
});
