import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileSteps } from '../../../../src/base/files/file-steps.ts';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import { firstState } from '../../../../src/local-kms/state/first-state.ts';
import {
  applyChanges,
  changesBetween,
} from '../../../../src/local-kms/state/storage/state-changes.ts';
import { formatState } from '../../../../src/local-kms/state/document/state-document.ts';
import type { StateContext } from '../../../../src/local-kms/state/storage/state-files.ts';
import { stateFiles } from '../../../../src/local-kms/state/storage/state-files.ts';
import { stateReader } from '../../../../src/local-kms/state/document/state-reader.ts';
import type { KmsState } from '../../../../src/local-kms/state/state.ts';
import { withKey } from '../../../../src/local-kms/state/state.ts';
import { anyState } from '../../../support/local-kms/any-state.ts';
import { localKmsOptions } from '../../../support/local-kms/test-kms.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();

/** So many states, each with one key more than the one before, whose description has so many characters. */
async function growing(count: number, characters = 10): Promise<KmsState[]> {
  const states = [await firstState(new Date(), randomBytes)];
  for (let index = 1; index < count; index += 1) {
    const [before] = states.slice(-1);
    const [key] = before?.keys.values() ?? [];
    if (before === undefined || key === undefined) throw new Error('no key');
    const keyVersionId = randomUuid();
    const versions = [{ keyVersionId, createdAt: new Date(0), material: randomBytes(32) }];
    const keyId = randomUuid();
    const description = `${index}`.padEnd(characters);
    states.push(withKey(before, { ...key, keyId, description, versions }));
  }
  return states;
}

function randomUuid(): string {
  return crypto.randomUUID();
}

async function save(
  path: string,
  states: readonly KmsState[],
  context: Partial<StateContext> = {},
): Promise<void> {
  const files = stateFiles(path, localKmsOptions(context));
  await files.load();
  for (const state of states) await files.save(state);
  await files.close();
}

/** The same state in maps of JavaScript's own, which can be compared. */
function plain(state: KmsState): KmsState {
  const { accessKeys, keys, aliases, secrets } = state;
  return {
    ...state,
    accessKeys: new Map(accessKeys),
    keys: new Map(keys),
    aliases: new Map(aliases),
    secrets: new Map(secrets),
  };
}

/** Equal, and in the same order. */
async function expectLoaded(path: string, state: KmsState): Promise<void> {
  const files = stateFiles(path, localKmsOptions());
  const loaded = await files.load();
  expect(loaded).toEqual(plain(state));
  expect([...(loaded?.keys.keys() ?? [])]).toEqual([...state.keys.keys()]);
}

const journalsIn = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.startsWith('journal-'))
    .map((name) => join(path, name));
const journalIn = (path: string): string => journalsIn(path)[0] ?? '';
const malformed = (place: unknown): Error => {
  const details: unknown = expect.objectContaining({ place });
  return expect.objectContaining({ code: 'state-malformed', details }) as Error;
};

describe('a change of a state', () => {
  /** A state with some of the entries of another, in any order, and some of its keys changed. */
  const partOf = (state: KmsState): fc.Arbitrary<KmsState> =>
    fc
      .record({
        keys: fc.shuffledSubarray([...state.keys.values()]),
        changed: fc.boolean(),
        accessKeys: fc.shuffledSubarray([...state.accessKeys], { minLength: 1 }),
        aliases: fc.shuffledSubarray([...state.aliases]),
        secrets: fc.shuffledSubarray([...state.secrets]),
      })
      .map(({ keys, changed, accessKeys, aliases, secrets }) => {
        const ids = new Set(keys.map(({ keyId }) => keyId));
        return {
          importTokenKey: state.importTokenKey,
          accessKeys: new Map(accessKeys),
          keys: new Map(
            keys.map((key) => [key.keyId, changed ? { ...key, description: 'other' } : key]),
          ),
          aliases: new Map(aliases.filter(([, { keyId }]) => ids.has(keyId))),
          secrets: new Map(secrets),
        };
      });

  test('leads from any state to any other, whose entries have the same order', () => {
    const pair = anyState.chain((state) => fc.tuple(partOf(state), partOf(state)));
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const text = JSON.stringify(changesBetween(before, after));
        const change = stateReader(JSON.parse(text) as Record<string, unknown>, 'journal');
        const reached = applyChanges(before, [change]);
        expect(reached).toEqual(after);
        for (const part of ['accessKeys', 'keys', 'aliases', 'secrets'] as const) {
          expect([...reached[part].keys()]).toEqual([...after[part].keys()]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('has what changed and nothing else', async () => {
    const [before, after] = await growing(2);
    if (before === undefined || after === undefined) throw new Error('no states');
    expect(changesBetween(before, before)).toEqual({});
    const { Keys, ...rest } = changesBetween(before, after);
    expect([Keys, rest]).toEqual([[expect.objectContaining({ Description: '1         ' })], {}]);
  });
});

describe('the files of a state', () => {
  test('take each change as one line, and leave the document alone', async () => {
    const states = await growing(4);
    await save(folder(), states.slice(0, 1));
    const document = readFileSync(join(folder(), 'state.json'));
    await save(folder(), states.slice(1));
    expect(readFileSync(join(folder(), 'state.json')).equals(document)).toBe(true);
    const lines = readFileSync(journalIn(folder()), 'utf8').split('\n');
    expect(lines.map((line) => line.slice(0, 8))).toEqual(['{"Sum":"', '{"Sum":"', '{"Sum":"', '']);
    for (const line of lines.slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('Change.Keys');
    expect(statSync(journalIn(folder())).mode & 0o777).toBe(0o600);
    for (const state of states.slice(-1)) await expectLoaded(folder(), state);
  });

  test('are written anew when the journal is as long as the document, and have no second journal', async () => {
    const states = await growing(50, 4000);
    const files = stateFiles(folder(), localKmsOptions());
    const ids = new Set<string>();
    for (const [index, state] of states.entries()) {
      await files.save(state);
      const [journal = '', ...others] = journalsIn(folder());
      expect(others).toEqual([]);
      ids.add(journal);
      const document = statSync(join(folder(), 'state.json')).size;
      expect(statSync(journal).size).toBeLessThanOrEqual(Math.max(64 * 1024, document));
      if (index % 10 === 9) await expectLoaded(folder(), state);
    }
    await files.close();
    // After 64 KiB, and after twice as much.
    expect(ids.size).toBe(3);
  });

  test('of kmsx before 1.0, without a journal, are read', async () => {
    const [first, second] = await growing(2);
    if (first === undefined || second === undefined) throw new Error('no states');
    const text = formatState(first).toString().replace('-state/3"', '-state/2"');
    writeFileSync(join(folder(), 'state.json'), text);
    await expectLoaded(folder(), first);
    await save(folder(), [second]);
    await expectLoaded(folder(), second);
    expect(readFileSync(join(folder(), 'state.json'), 'utf8')).toContain('-state/3"');
  });
});

describe('a journal', () => {
  test('that was torn anywhere in its last line is read without it, and goes on', async () => {
    const [first, second, third, fourth] = await growing(4);
    if (!first || !second || !third || !fourth) throw new Error('no states');
    const full = join(folder(), 'full');
    mkdirSync(full);
    await save(full, [first, second]);
    const whole = statSync(journalIn(full)).size;
    await save(full, [third]);
    const bytes = readFileSync(journalIn(full));
    const torn = Array.from({ length: bytes.length - whole }, (_, more) =>
      bytes.subarray(0, whole + more),
    );
    // A page that never reached the disk is zeros.
    const zeros = Buffer.from(bytes).fill(0, whole + 100, whole + 200);
    for (const left of [...torn.filter((_, index) => index % 60 === 0), zeros]) {
      writeFileSync(journalIn(full), left);
      await expectLoaded(full, second);
      const copy = join(folder(), `copy-${left.length}`);
      cpSync(full, copy, { recursive: true });
      await save(copy, [fourth]);
      await expectLoaded(copy, fourth);
    }
  });

  test('that is damaged, or not whole, is refused and stays', async () => {
    const states = await growing(5);
    await save(folder(), states);
    const path = journalIn(folder());
    const good = readFileSync(path);
    const lines = good.toString().split('\n');
    const wrong: [string, unknown][] = [
      [[lines[1], lines[0], ...lines.slice(2)].join('\n'), 'line 1'],
      [[lines[0], ...lines.slice(2)].join('\n'), 'line 2'],
      [`${good.toString()}\n`, 'line 5'],
      [`${good.toString()}{}\n`, 'line 5'],
    ];
    for (let index = 0; index < good.length - 1; index += 13) {
      const flipped = Buffer.from(good);
      flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
      wrong.push([flipped.toString('latin1'), expect.stringMatching(/^line \d$/)]);
    }
    for (const [text, place] of wrong) {
      writeFileSync(path, text, 'latin1');
      const files = stateFiles(folder(), localKmsOptions());
      await expect(files.load()).rejects.toThrow(malformed(place));
      expect(readFileSync(path, 'latin1')).toBe(text);
    }
    rmSync(path);
    const files = stateFiles(folder(), localKmsOptions());
    await expect(files.load()).rejects.toThrow(malformed(''));
  });

  test('of another document is refused', async () => {
    const [first, second] = await growing(2);
    if (!first || !second) throw new Error('no states');
    const [one, other] = ['one', 'other'].map((name) => join(folder(), name));
    if (one === undefined || other === undefined) throw new Error('no folders');
    for (const path of [one, other]) {
      mkdirSync(path);
      await save(path, [first, second]);
    }
    writeFileSync(journalIn(one), readFileSync(journalIn(other)));
    const files = stateFiles(one, localKmsOptions());
    await expect(files.load()).rejects.toThrow(malformed('line 1'));
  });

  test('is refused where a change fits no entry, or is none', async () => {
    const [first] = await growing(1);
    if (!first) throw new Error('no state');
    expect(() =>
      applyChanges(first, [stateReader({ KeysGone: ['x'] }, 'j', () => 'line 1')]),
    ).toThrow(malformed('line 1.KeysGone'));
    const [accessKey = ''] = first.accessKeys.keys();
    expect(() => applyChanges(first, [stateReader({ AccessKeysGone: [accessKey] }, 'j')])).toThrow(
      malformed('AccessKeys'),
    );
  });
});

describe('a process that is killed', () => {
  test('at any step leaves the state before it or after it, also while the document is written anew', async () => {
    const states = await growing(7, 30_000);
    const path = join(folder(), 'state');
    mkdirSync(path);
    const left: { copy: string; saved: number }[] = [];
    let saved = -1;
    const leave = (): void => {
      const copy = join(folder(), `left-${left.length}`);
      cpSync(path, copy, { recursive: true });
      left.push({ copy, saved });
    };
    const watched = Object.fromEntries(
      Object.entries(FILE_STEPS).map(([name, step]) => [
        name,
        (...args: unknown[]): unknown => {
          leave();
          return (step as (...all: unknown[]) => unknown)(...args);
        },
      ]),
    ) as unknown as FileSteps;
    const files = stateFiles(
      path,
      localKmsOptions({
        fileSteps: watched,
        appendSteps: {
          write: async (file, bytes, from, position) => {
            const half = Math.ceil((bytes.length - from) / 2);
            const { bytesWritten } = await file.write(bytes, from, half, position);
            leave();
            return bytesWritten;
          },
          sync: async (file) => {
            await file.sync();
            leave();
          },
        },
      } as Partial<StateContext>),
    );
    for (const state of states) {
      await files.save(state);
      saved += 1;
      leave();
    }
    await files.close();
    const documents = new Set<string>();
    for (const { copy, saved: index } of left) {
      const reader = stateFiles(copy, localKmsOptions());
      const loaded = await reader.load();
      const size = loaded?.keys.size ?? 0;
      expect([index + 1, index + 2]).toContain(size);
      if (loaded === undefined) continue;
      expect(loaded).toEqual(plain(states[size - 1] ?? loaded));
      documents.add(readFileSync(join(copy, 'state.json'), 'utf8').slice(0, 80));
      // It goes on from there.
      await reader.save(loaded);
      await reader.close();
      await expectLoaded(copy, loaded);
    }
    expect(documents.size).toBe(2);
  });

  test('while the document was written anew leaves a journal that the next time clears away', async () => {
    const states = await growing(30, 6000);
    const stray = join(folder(), 'journal-0123456789abcdef.jsonl');
    await save(folder(), states.slice(0, 1));
    appendFileSync(stray, '');
    await save(folder(), states.slice(1));
    expect(existsSync(stray)).toBe(false);
    expect(journalsIn(folder())).toHaveLength(1);
  });
});

describe('a change that cannot be saved', () => {
  const fails = (): never => {
    throw Object.assign(new Error('no room'), { code: 'ENOSPC', syscall: 'write' });
  };

  test('is refused, and the next one is saved', async () => {
    const [first, second, third] = await growing(3);
    if (!first || !second || !third) throw new Error('no states');
    let isFull = false;
    const context = localKmsOptions({
      appendSteps: {
        write: async (file, bytes, from, position) => {
          const { bytesWritten } = await file.write(
            bytes,
            from,
            Math.ceil((bytes.length - from) / 2),
            position,
          );
          return isFull ? fails() : bytesWritten;
        },
        sync: (file) => file.sync(),
      },
    } as Partial<StateContext>);
    const files = stateFiles(folder(), context);
    await files.save(first);
    isFull = true;
    await expect(files.save(second)).rejects.toThrow(
      expect.objectContaining({ code: 'disk-full' }) as Error,
    );
    await expectLoaded(folder(), first);
    isFull = false;
    await files.save(third);
    await expectLoaded(folder(), third);
    await files.save(second);
    await expectLoaded(folder(), second);
    await files.close();
  });

  test('does not take a later one with it, though it is not known which document is there', async () => {
    const states = await growing(4);
    let isFailing = false;
    const fileSteps: FileSteps = {
      ...FILE_STEPS,
      sync: (path) => {
        if (isFailing) fails();
        FILE_STEPS.sync(path);
      },
    };
    const files = stateFiles(folder(), localKmsOptions({ fileSteps }));
    isFailing = true;
    const [first] = states;
    if (!first) throw new Error('no state');
    await expect(files.save(first)).rejects.toThrow('folder cannot be synced');
    isFailing = false;
    for (const state of states) {
      await files.save(state);
      await expectLoaded(folder(), state);
    }
    expect(journalsIn(folder())).toHaveLength(1);
    await files.close();
  });
});
