import type { Command } from 'commander';
import { secretCopy, usingSecret } from '../../base/bytes/secret-bytes.ts';
import type { Input } from '../../terminal/files/inputs.ts';
import { assertOneStdin, readInput } from '../../terminal/files/inputs.ts';
import type { Io } from '../../terminal/io.ts';
import type { Session } from '../../terminal/session.ts';
import { assertSafeEnvironment, createSession } from '../../terminal/session.ts';
import type { NamedComponent } from '../../data-key/custody/combine.ts';
import { combineComponents } from '../../data-key/custody/combine.ts';
import type { ComponentFacts, KeyComponent } from '../../documents/component-document.ts';
import { COMPONENT_FORMAT, readComponentDocument } from '../../documents/component-document.ts';
import type { DataKeyOutputOptions } from '../shared/data-key/data-key-output.ts';
import {
  addDataKeyOutputOptions,
  planDataKeyOutput,
  withDataKeyOutput,
} from '../shared/data-key/data-key-output.ts';
import { describe } from '../shared/describe.ts';
import { explainingWrongFile } from '../shared/wrong-file/wrong-file.ts';

/** `kmsx combine`: puts the components of a split data key together. */
export function defineCombine(command: Command, io: Io): void {
  describe(command, {
    text: 'Puts the components of a split data key together, offline. They must be of one set, without repetition, and enough of them; each is checked against its own check value, and the key against those that they all carry. With --component the key is split again, for other custodians.',
    examples: [
      [
        'the check values, to see that the components are the right ones',
        'kmsx combine 1.json 2.json 3.json --check-value-only',
      ],
      [
        'the data key itself, into another program',
        'kmsx combine 1.json 2.json 3.json --format raw --out - | import-into-hsm',
      ],
      [
        'new components for other custodians',
        'kmsx combine 1.json 2.json 3.json --component a.json --component b.json',
      ],
    ],
    exitCodes: [0, 2, 6, 7],
  });
  command.argument('<file...>', 'component documents, in any order; - is standard input');
  addDataKeyOutputOptions(command);
  command.action(async (files: readonly string[], options: DataKeyOutputOptions) => {
    await runCombine(files, options, createSession(command, io));
  });
}

async function runCombine(
  files: readonly string[],
  options: DataKeyOutputOptions,
  session: Session,
): Promise<void> {
  assertSafeEnvironment(session.io);
  const plan = planDataKeyOutput(options);
  assertOneStdin(files.map((path) => ({ option: 'a file argument', path })));
  const components: NamedComponent[] = [];
  try {
    const inputs = await readComponents(files, components, session);
    await withDataKeyOutput(plan, 'Combined the data key', inputs, session, async (write) => {
      const { dataKey, facts } = await combineComponents(components);
      await usingSecret(dataKey, async () => {
        await warnOf(facts, session);
        await write(dataKey, facts);
      });
    });
  } finally {
    for (const { secret } of components) secret.dispose();
  }
}

/** Reads every file into `components`, which the caller disposes of, even if one cannot be read. */
async function readComponents(
  files: readonly string[],
  components: NamedComponent[],
  { io, reporter }: Session,
): Promise<Pick<Input, 'fileId'>[]> {
  const inputs: Pick<Input, 'fileId'>[] = [];
  for (const file of files) {
    const { bytes, label, fileId } = await readInput(file, 'a component', io, reporter);
    inputs.push({ fileId });
    components.push({ ...(await readComponent(bytes, label, io)), label });
  }
  return inputs;
}

/** Reading overwrites the bytes: a file that is not a component is inspected in a copy. */
async function readComponent(bytes: Buffer, label: string, io: Io): Promise<KeyComponent> {
  if (bytes.includes(`"${COMPONENT_FORMAT}"`)) return readComponentDocument(bytes, label);
  const copy = secretCopy(bytes);
  try {
    return await explainingWrongFile({ bytes: copy, label }, 'component', io, () =>
      readComponentDocument(bytes, label),
    );
  } finally {
    copy.fill(0);
  }
}

async function warnOf(facts: ComponentFacts, { reporter }: Session): Promise<void> {
  if (facts.Rehearsal === true) {
    await reporter.warnOfRehearsal(
      'the components are from a rehearsal: the embedded KMS made this key',
    );
  }
  if (facts.KeyCheckValues === undefined) {
    await reporter.warn(
      `a data key of ${facts.NumberOfBytes} bytes has no check values: nothing shows that this is the right one`,
    );
  }
}
