import { fstatSync } from 'node:fs';
import type { Command } from 'commander';
import { KmsxError, kmsxError } from '../../../base/error.ts';
import { printResult } from '../../../terminal/output/json-output.ts';
import { optionOr, repeatable } from '../../../terminal/options.ts';
import type { Place } from '../../../terminal/files/output-place.ts';
import { findPlace } from '../../../terminal/files/output-place.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { KeyComponent } from '../../../documents/component-document.ts';
import { encodeComponentDocument, MAX_COMPONENTS } from '../../../documents/component-document.ts';
import type { SplitPlan } from '../../../data-key/custody/split.ts';
import { withRemark, writeAllOrNone } from '../all-or-none.ts';
import { componentsView } from './data-key-view.ts';

/** The options of split custody. */
export interface ComponentOptions {
  readonly component: readonly string[];
  readonly threshold?: string;
}

/** The options that say how the whole key goes out: none of them goes with `--component`. */
const WHOLE_KEY_OPTIONS = ['format', 'out', 'checkValueOnly'];

/** Adds the options of split custody, and refuses them beside those of a whole key. */
export function addComponentOptions(command: Command): void {
  command
    .addOption(
      repeatable(
        '--component <file>',
        'split custody: the data key is written as components, one in each file, and nowhere else',
      ),
    )
    .addOption(
      optionOr(
        '--threshold <k>',
        'any k of the components make the key (Shamir)',
        'all are needed (XOR)',
      ),
    )
    .hook('preAction', (_, called) => {
      if (called.getOptionValueSource('component') !== 'cli') return;
      for (const option of called.options) {
        const name = option.attributeName();
        if (!WHOLE_KEY_OPTIONS.includes(name)) continue;
        if (called.getOptionValueSource(name) !== 'cli') continue;
        throw kmsxError(
          'options-conflict',
          `--component and ${option.long ?? name} exclude each other: the key goes out as components and nowhere else`,
          {
            hints: [
              `leave out ${option.long ?? name}; kmsx inspect FILE shows the check values of a component`,
            ],
          },
        );
      }
    });
}

/**
 * What the options of split custody say.
 *
 * @returns undefined where the key goes out whole
 * @throws KmsxError `bad-usage`
 */
export function planSplit({ component, threshold }: ComponentOptions): SplitPlan | undefined {
  const count = component.length;
  if (count === 0) {
    if (threshold === undefined) return undefined;
    throw kmsxError('bad-usage', '--threshold belongs to --component, and there is none');
  }
  if (count === 1 || count > MAX_COMPONENTS) {
    throw kmsxError('bad-usage', `a key is split into 2 to ${MAX_COMPONENTS} components`);
  }
  if (threshold === undefined) return { count, threshold: undefined };
  const needed = Number(threshold);
  if (!/^\d{1,3}$/.test(threshold) || needed < 2 || needed > count) {
    const numbers = count === 2 ? '2' : `a number from 2 to ${count}`;
    throw kmsxError(
      'bad-usage',
      `--threshold takes ${numbers} here: --component is given ${count} times`,
    );
  }
  return { count, threshold: needed };
}

/**
 * Refuses places that would bring a component together with messages, the result or another component: what is not
 * a file is identified by the stream behind it, whichever descriptor leads there.
 *
 * @throws KmsxError `component-needs-file`, and those of `findPlace`
 */
export async function assertPlacesApart(
  { component }: ComponentOptions,
  { io }: Session,
): Promise<void> {
  const taken = new Set([streamId(1), streamId(2)]);
  for (const path of component) {
    const place = await findPlace({ option: '--component', path }, io);
    const id = streamIdOf(place);
    if (id === undefined) continue; // files are compared with every other output elsewhere
    if (place.kind === 'stdout' || taken.has(id)) {
      throw kmsxError(
        'component-needs-file',
        `${place.label} cannot hold a component: something else goes there`,
      );
    }
    taken.add(id);
  }
}

function streamIdOf(place: Place): string | undefined {
  switch (place.kind) {
    case 'stdout':
      return streamId(1);
    case 'descriptor':
      return streamId(place.descriptor);
    case 'special':
      return `${place.stats.dev}:${place.stats.ino}`;
    case 'file':
      return undefined;
  }
}

function streamId(descriptor: number): string {
  try {
    const { dev, ino } = fstatSync(descriptor);
    return `${dev}:${ino}`;
  } catch {
    return `descriptor:${descriptor}`; // closed: writing says so
  }
}

/**
 * Writes every component, all or none, since a key of which a part was handed out is split again. Then the result says
 * what the minutes of a ceremony need, and nothing secret.
 *
 * @param done - what was done with the data key, as in `Recovered the data key of backup.json`
 * @throws KmsxError that of the component that could not be written, which says what remains
 */
export async function writeComponents(
  done: string,
  components: readonly KeyComponent[],
  outputs: readonly Output[],
  session: Session,
): Promise<void> {
  const parts = components.map((component, index) => {
    const output = outputs[index];
    if (output === undefined) throw new TypeError('each component has an output');
    return { output, encode: () => encodeComponentDocument(component) };
  });
  const words = {
    none: 'no component remains',
    hint: 'nothing is lost: fix it and run the command again, which makes a new set; destroy what remains of this one',
  };
  await writeAllOrNone(parts, words, session.io.signal);
  await printReport(done, components, outputs, session).catch((error: unknown) => {
    if (!(error instanceof KmsxError)) throw error;
    throw withRemark(error, 'every component is written', [
      'kmsx inspect FILE… shows the check values of the components',
    ]);
  });
}

async function printReport(
  done: string,
  components: readonly KeyComponent[],
  outputs: readonly Output[],
  session: Session,
): Promise<void> {
  const [first] = components;
  if (first === undefined) return;
  const { SetId, Scheme, Threshold, KeyCheckValues, NumberOfBytes, Rehearsal } = first.facts;
  const result = {
    SetId,
    Scheme,
    Threshold,
    Components: components.map(({ facts: { Number, ComponentCheckValues } }, index) => ({
      Number,
      File: outputs[index]?.label,
      ComponentCheckValues,
    })),
    KeyCheckValues,
    NumberOfBytes,
    Rehearsal,
  };
  const facts = components.map((component) => component.facts);
  // JSON leaves out what is undefined.
  await printResult(result, session, () => componentsView(done, facts, outputs));
}
