import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createReporter } from '../../../../src/terminal/reporter.ts';
import type { Output } from '../../../../src/terminal/files/outputs.ts';
import { writeComponents } from '../../../../src/commands/shared/data-key/component-output.ts';
import type { KeyComponent } from '../../../../src/documents/component-document.ts';
import { splitDataKey } from '../../../../src/data-key/custody/split.ts';
import { keyCheckValues } from '../../../../src/documents/key-check-value.ts';
import type { TestIo } from '../../../support/test-io.ts';
import { testIo } from '../../../support/test-io.ts';

const OPTIONS = {
  quiet: false,
  verbose: false,
  color: 'never',
  errorFormat: 'text',
  json: false,
  force: false,
  forceTerminal: false,
  input: true,
} as const;

async function threeComponents(): Promise<KeyComponent[]> {
  const key = randomBytes(32);
  const plan = { count: 3, threshold: undefined };
  return await splitDataKey(key, plan, keyCheckValues(key), {}, testIo());
}

/** A place in memory: what was written there, in the order of all places. */
function place(label: string, log: string[], write?: () => Promise<void>): Output {
  return {
    label,
    isStdout: false,
    write: async () => {
      log.push(`write ${label}`);
      await write?.();
    },
    discard: () => Promise.resolve(),
  };
}

function file(label: string, log: string[], write?: () => Promise<void>): Output {
  return { ...place(label, log, write), retract: () => log.push(`retract ${label}`) };
}

function session(io: TestIo): Parameters<typeof writeComponents>[3] {
  return { io, options: OPTIONS, reporter: createReporter(io, OPTIONS) };
}

describe('writing components', () => {
  it('fills the files first: what goes to a stream cannot be taken back', async () => {
    const log: string[] = [];
    const outputs = [place('pipe', log), file('2.json', log), file('3.json', log)];
    const io = testIo();
    await writeComponents('Unwrapped it', await threeComponents(), outputs, session(io));
    expect(log).toEqual(['write 2.json', 'write 3.json', 'write pipe']);
    expect(JSON.parse(io.stdoutText())).toMatchObject({
      Components: [
        { Number: 1, File: 'pipe' },
        { Number: 2, File: '2.json' },
        { Number: 3, File: '3.json' },
      ],
    });
  });

  it('takes every file back at once when the process is interrupted', async () => {
    const log: string[] = [];
    const interrupt = new AbortController();
    const io = { ...testIo(), signal: interrupt.signal };
    const stopped = (): Promise<void> => {
      interrupt.abort();
      expect(log.slice(-3)).toEqual(['retract 1.json', 'retract 2.json', 'retract 3.json']);
      return Promise.resolve();
    };
    const outputs = [file('1.json', log), file('2.json', log, stopped), file('3.json', log)];
    await writeComponents('Unwrapped it', await threeComponents(), outputs, session(io)).catch(
      () => undefined,
    );
    expect(log.slice(0, 2)).toEqual(['write 1.json', 'write 2.json']);
    expect(log).toContain('retract 1.json');
  });
});
