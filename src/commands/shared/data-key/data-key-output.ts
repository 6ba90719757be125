import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../../../base/error.ts';
import type { SecretBytes } from '../../../base/secret-bytes.ts';
import { secretCopy } from '../../../base/secret-bytes.ts';
import { encodeBase64Bytes, encodeHexBytes } from '../../../base/secret-encoding.ts';
import type { Input } from '../../../terminal/files/inputs.ts';
import { jsonForStdout, jsonLine } from '../../../terminal/output/json-output.ts';
import type { OutputRequest } from '../../../terminal/files/output-place.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import { discardAll, prepareOutputs } from '../../../terminal/files/outputs.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ComponentOrigin } from '../../../documents/component-document.ts';
import type { SplitPlan } from '../../../data-key/custody/split.ts';
import { splitDataKey } from '../../../data-key/custody/split.ts';
import type { ExpectedCheckValue, KeyCheckValue } from '../../../documents/key-check-value.ts';
import {
  assertCheckValue,
  keyCheckValues,
  parseExpectedCheckValue,
} from '../../../documents/key-check-value.ts';
import { checkValueMethodsOption, parseCheckValueMethods } from '../check-value-options.ts';
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

export function addDataKeyOutputOptions(command: Command, expect: Option): void {
  command
    .addOption(
      new Option('--format <format>', 'how the data key is written')
        .choices(['base64', 'hex', 'raw'])
        .default('base64'),
    )
    .option('--out <file>', 'where the data key goes; - is standard output', '-')
    .option('--check-value-only', 'print the key check values as JSON, and never the key', false)
    .addOption(checkValueMethodsOption())
    .addOption(expect);
  addComponentOptions(command);
}

/** What the options say, checked before anything is read. */
export interface DataKeyOutputPlan {
  readonly options: DataKeyOutputOptions;
  readonly methods: readonly string[] | undefined;
  readonly expected: readonly ExpectedCheckValue[];
  /** How the key is split; undefined where it goes out whole. */
  readonly split: SplitPlan | undefined;
}

/** The places that a plaintext data key goes to, made ready. End them with `writeDataKey` or `discard`. */
export interface DataKeyOutput {
  /** One, or one for each component. */
  readonly outputs: readonly Output[];
  discard(): Promise<void>;
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

/** Checks and makes ready the places that the data key goes to. */
export async function prepareDataKeyOutput(
  { options, split }: DataKeyOutputPlan,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
): Promise<DataKeyOutput> {
  if (split !== undefined) await assertPlacesApart(options, session);
  const requests: OutputRequest[] =
    split === undefined
      ? [
          {
            option: '--out',
            path: options.out,
            holds: options.checkValueOnly ? 'document' : 'secret',
          },
        ]
      : options.component.map((path) => ({ option: '--component', path, holds: 'component' }));
  const outputs = await prepareOutputs(requests, inputs, {
    ...session.options,
    io: session.io,
    reporter: session.reporter,
  });
  return { outputs, discard: () => discardAll(outputs) };
}

/**
 * Writes a data key, or its check values, or its components. Where an expected check value differs, nothing is
 * written.
 *
 * @param origin - what components say of where the key came from
 * @throws KmsxError `check-value-mismatch` and those of writing
 */
export async function writeDataKey(
  dataKey: SecretBytes,
  plan: DataKeyOutputPlan,
  { outputs }: DataKeyOutput,
  session: Session,
  origin: ComponentOrigin,
): Promise<void> {
  const { options, expected, split } = plan;
  for (const value of expected) assertCheckValue(dataKey.bytes, value);
  if (split !== undefined) {
    const checkValues = checkValuesOf(dataKey, plan);
    const components = await splitDataKey(dataKey.bytes, split, checkValues, origin, session.io);
    try {
      await writeComponents(components, outputs, session);
    } finally {
      for (const { secret } of components) secret.dispose();
    }
    return;
  }
  const [output] = outputs;
  if (output === undefined) throw new TypeError('a whole key has one output');
  if (options.checkValueOnly) {
    const values = {
      KeyCheckValues: checkValuesOf(dataKey, plan),
      NumberOfBytes: dataKey.length,
    };
    const { io } = session;
    await output.write(
      output.isStdout ? jsonForStdout(values, io, session.options.color) : jsonLine(values),
    );
    return;
  }
  const encoded = encode(dataKey.bytes, options.format);
  try {
    await output.write(encoded);
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

/** One line, but for `raw`, which is the key and nothing else. */
function encode(key: Uint8Array, format: DataKeyOutputOptions['format']): Buffer {
  if (format === 'raw') return secretCopy(key);
  const text = format === 'hex' ? encodeHexBytes(key) : encodeBase64Bytes(key);
  const line = Buffer.concat([text, NEWLINE]);
  text.fill(0);
  return line;
}
