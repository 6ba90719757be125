import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withTemporaryFolder } from '../../../../../src/base/files/temporary/temporary-folder.ts';
import { pidSpace } from '../../../../../src/base/files/temporary/temporary-name.ts';
import { useTempFolder } from '../../../../support/temp-folder.ts';

const folder = useTempFolder();
const [ALIVE, DEAD] = [4242, 99999];

const context = {
  pid: ALIVE,
  signal: new AbortController().signal,
  isProcessAlive: (pid: number) => pid === ALIVE,
};
const nameOf = (pid: number, space = pidSpace()): string => `kmsx-x-${pid}-${space}-aB3dE_`;

beforeEach(() => {
  vi.stubEnv('TMPDIR', folder());
});

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a temporary folder is this user’s alone, and goes with all that is in it', async () => {
  const used = await withTemporaryFolder('kmsx-x-', context, (place) => {
    expect(statSync(place).mode & 0o777).toBe(0o700);
    mkdirSync(join(place, 'inner'));
    writeFileSync(join(place, 'inner', 'file'), '');
    return Promise.resolve(place);
  });
  expect(existsSync(used)).toBe(false);
  const left = nameOf(ALIVE).replace(/aB3dE_$/, '');
  expect(basename(used).slice(0, -6)).toBe(left);
});

it('a temporary folder that was left goes where its process is gone, and nothing else does', async () => {
  const gone = nameOf(DEAD);
  const stay = [
    nameOf(ALIVE), // in use
    nameOf(DEAD, '00000000'), // of another machine, or another PID namespace
    nameOf(DEAD).replace('kmsx-x-', 'kmsx-y-'),
    nameOf(DEAD).replace(/_$/, '-'),
    `${nameOf(DEAD)}x`,
  ];
  for (const name of [gone, ...stay]) {
    mkdirSync(join(folder(), name));
    writeFileSync(join(folder(), name, 'file'), '');
  }
  const [file, link] = [nameOf(DEAD + 1), nameOf(DEAD + 2)];
  writeFileSync(join(folder(), file), '');
  symlinkSync(join(folder(), nameOf(ALIVE)), join(folder(), link));
  await withTemporaryFolder('kmsx-x-', context, () => Promise.resolve());
  expect(readdirSync(folder()).sort()).toEqual([...stay, file, link].sort());
  expect(readdirSync(join(folder(), nameOf(ALIVE)))).toEqual(['file']);
});

it('a temporary folder of another user stays', async () => {
  mkdirSync(join(folder(), nameOf(DEAD)));
  const { lstatSync } = fs;
  const foreign = (path: string): object => {
    const stats = lstatSync(path);
    return path.includes(`-${DEAD}-`) ? Object.assign(stats, { uid: stats.uid + 1 }) : stats;
  };
  Object.assign(fs, { lstatSync: foreign });
  syncBuiltinESMExports();
  try {
    await withTemporaryFolder('kmsx-x-', context, () => Promise.resolve());
  } finally {
    Object.assign(fs, { lstatSync });
    syncBuiltinESMExports();
  }
  expect(readdirSync(folder())).toEqual([nameOf(DEAD)]);
});

it('no temporary folder is made where another user could put one in its place', async () => {
  const open = join(folder(), 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  vi.stubEnv('TMPDIR', open);
  await expect(withTemporaryFolder('kmsx-x-', context, () => Promise.resolve())).rejects.toThrow(
    `another user could change what is in ${open}`,
  );
  expect(readdirSync(open)).toEqual([]);
  chmodSync(open, 0o1777); // sticky, as /tmp is
  await withTemporaryFolder('kmsx-x-', context, () => Promise.resolve());
});
