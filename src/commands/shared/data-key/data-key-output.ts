import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { SecretBytes } from '../../../base/bytes/secret-bytes.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import { oneOf } from '../../../terminal/options.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ComponentOrigin } from '../../../documents/component-document.ts';
import type { SplitPlan } from '../../../data-key/custody/split.ts';
import { splitDataKey } from '../../../data-key/custody/split.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import {
  assertCheckValues,
  keyCheckValues,
  parseExpectedCheckValue,
} from '../../../documents/key-check-value.ts';
import {
  checkValueMethodsOption,
  expectCheckValueOption,
  parseCheckValueMethods,
} from '../check-value-options.ts';
import { printView } from '../../../terminal/output/view.ts';
import { withOutputs, writeReport } from '../with-outputs.ts';
import { encodeDataKey } from './encode.ts';
import type { ComponentOptions } from './component-output.ts';
import { checkValueView, keyFileView } from './data-key-view.ts';
import {
  addComponentOptions,
  assertPlacesApart,
  planSplit,
  writeComponents,
} from './component-output.ts';

/** How a plaintext data key leaves kmsx: the options that unwrapping and recovering have in common. */
export interface DataKeyOutputOptions extends ComponentOptions {
  readonly format: 'base64' | 'hex' | 'raw';
  readonly out: string;
  /** Whether the command line says where the data key goes. */
  readonly outIsNamed?: boolean;
  readonly checkValueOnly: boolean;
  readonly checkValueMethods?: string;
  readonly expectCheckValue: readonly string[];
}

export function addDataKeyOutputOptions(command: Command): void {
  command
    .addOption(
      oneOf('--format <format>', 'how the data key is written', ['base64', 'hex', 'raw']).default(
        'base64',
      ),
    )
    .option('--out <file>', 'where the data key goes; - is standard output', '-')
    .option('--check-value-only', 'print the key check values as JSON, and never the key', false)
    .addOption(checkValueMethodsOption())
    .addOption(expectCheckValueOption())
    .hook('preAction', (_, called) => {
      called.setOptionValue('outIsNamed', called.getOptionValueSource('out') === 'cli');
    });
  addComponentOptions(command);
}

/** What the options say, checked before anything is read. */
export interface DataKeyOutputPlan {
  readonly options: DataKeyOutputOptions;
  readonly methods: readonly string[] | undefined;
  readonly expected: readonly KeyCheckValue[];
  /** How the key is split; undefined where it goes out whole. */
  readonly split: SplitPlan | undefined;
}

/**
 * Checks the options of a plaintext data key's output.
 *
 * @throws KmsxError `check-value-malformed`, `bad-usage`
 */
export function planDataKeyOutput(options: DataKeyOutputOptions): DataKeyOutputPlan {
  const methods = parseCheckValueMethods(options.checkValueMethods);
  const expected = options.expectCheckValue.map(parseExpectedCheckValue);
  return { options, methods, expected, split: planSplit(options) };
}

/**
 * Writes a data key, or its check values, or its components. Where an expected check value differs, nothing is
 * written.
 *
 * @param origin - what components say of where the key came from
 * @throws KmsxError `check-value-mismatch` and those of writing
 */
export type WriteDataKey = (dataKey: SecretBytes, origin: ComponentOrigin) => Promise<void>;

/**
 * Makes ready the places that the data key goes to, and discards what was not written.
 *
 * @param done - what was done with the data key once it is written, as in `Recovered the data key of backup.json`
 */
export async function withDataKeyOutput(
  plan: DataKeyOutputPlan,
  done: string,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
  use: (write: WriteDataKey) => Promise<void>,
): Promise<void> {
  const { options, split } = plan;
  if (split === undefined) {
    const holds = options.checkValueOnly ? 'document' : 'secret';
    const requests = { out: { option: '--out', path: options.out, holds } } as const;
    await withOutputs(requests, inputs, session, ({ out }) =>
      use((dataKey) => writeWhole(dataKey, done, plan, out, session)),
    );
    return;
  }
  await assertPlacesApart(options, session);
  const components = options.component.map((path): OutputRequest => {
    return { option: '--component', path, holds: 'component' };
  });
  await withOutputs({ components }, inputs, session, (outputs) =>
    use(async (dataKey, origin) => {
      assertCheckValues(dataKey.bytes, plan.expected);
      const checkValues = checkValuesOf(dataKey, plan);
      const made = await splitDataKey(dataKey.bytes, split, checkValues, origin, session.io);
      try {
        await writeComponents(done, made, outputs.components, session);
      } finally {
        for (const { secret } of made) secret.dispose();
      }
    }),
  );
}

async function writeWhole(
  dataKey: SecretBytes,
  done: string,
  plan: DataKeyOutputPlan,
  out: Output,
  session: Session,
): Promise<void> {
  const { expected, options } = plan;
  assertCheckValues(dataKey.bytes, expected);
  const { length } = dataKey;
  if (options.checkValueOnly) {
    const checkValues = checkValuesOf(dataKey, plan);
    await writeReport({ KeyCheckValues: checkValues, NumberOfBytes: length }, out, session, () =>
      checkValueView({ done, length, checkValues, expected }, out),
    );
    return;
  }
  await announcePlaintext(options, out, session);
  const encoded = encodeDataKey(dataKey.bytes, options.format);
  try {
    await out.write(encoded);
  } finally {
    encoded.fill(0);
  }
  if (out.isStdout) return;
  const checkValues = keyCheckValues(dataKey.bytes);
  await printView(() => keyFileView({ done, length, checkValues, expected }, out), session);
}

/** Where nothing on the command line says so, a plaintext key in a pipe or file may come as a surprise. */
async function announcePlaintext(
  { outIsNamed = false }: DataKeyOutputOptions,
  { isStdout }: Output,
  { io, reporter }: Session,
): Promise<void> {
  if (outIsNamed || !isStdout || io.stdout.isTerminal) return;
  const place = io.stdout.fileId === undefined ? 'a pipe' : 'a file';
  await reporter.warn(
    `the plaintext data key goes to standard output, which is ${place}: --out - says that it is meant to`,
  );
}

/** The check values of a data key, as the options choose them. */
function checkValuesOf(dataKey: SecretBytes, { methods }: DataKeyOutputPlan): KeyCheckValue[] {
  const checkValues = keyCheckValues(dataKey.bytes, methods);
  if (methods === undefined || checkValues.length >= methods.length) return checkValues;
  throw kmsxError(
    'bad-usage',
    `a data key of ${dataKey.length} bytes does not have every check value of --check-value-methods`,
  );
}
