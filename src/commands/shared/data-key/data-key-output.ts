import type { Command } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { SecretBytes } from '../../../base/secret-bytes.ts';
import { secretCopy } from '../../../base/secret-bytes.ts';
import { encodeBase64Bytes, encodeHexBytes } from '../../../base/secret-encoding.ts';
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
import { withOutputs, writeJson } from '../with-outputs.ts';
import type { ComponentOptions } from './component-output.ts';
import {
  addComponentOptions,
  assertPlacesApart,
  planSplit,
  writeComponents,
} from './component-output.ts';

const NEWLINE = Buffer.from('\n');

/** How a plaintext data key leaves kmsx: the options that unwrapping and recovering have in common. */
export interface DataKeyOutputOptions extends ComponentOptions {
  readonly format: 'base64' | 'hex' | 'raw';
  readonly out: string;
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
    .addOption(expectCheckValueOption());
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

/** Makes ready the places that the data key goes to, and discards what was not written. */
export async function withDataKeyOutput(
  plan: DataKeyOutputPlan,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
  use: (write: WriteDataKey) => Promise<void>,
): Promise<void> {
  const { options, split } = plan;
  if (split === undefined) {
    const holds = options.checkValueOnly ? 'document' : 'secret';
    const requests = { out: { option: '--out', path: options.out, holds } } as const;
    await withOutputs(requests, inputs, session, ({ out }) =>
      use((dataKey) => writeWhole(dataKey, plan, out, session)),
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
        await writeComponents(made, outputs.components, session);
      } finally {
        for (const { secret } of made) secret.dispose();
      }
    }),
  );
}

async function writeWhole(
  dataKey: SecretBytes,
  plan: DataKeyOutputPlan,
  out: Output,
  session: Session,
): Promise<void> {
  assertCheckValues(dataKey.bytes, plan.expected);
  const { format, checkValueOnly } = plan.options;
  if (checkValueOnly) {
    const KeyCheckValues = checkValuesOf(dataKey, plan);
    await writeJson({ KeyCheckValues, NumberOfBytes: dataKey.length }, out, session);
    return;
  }
  const encoded = encode(dataKey.bytes, format);
  try {
    await out.write(encoded);
  } finally {
    encoded.fill(0);
  }
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

/** One line, except for `raw`, which is the key and nothing else. */
function encode(key: Uint8Array, format: DataKeyOutputOptions['format']): Buffer {
  if (format === 'raw') return secretCopy(key);
  const text = format === 'hex' ? encodeHexBytes(key) : encodeBase64Bytes(key);
  const line = Buffer.concat([text, NEWLINE]);
  text.fill(0);
  return line;
}
