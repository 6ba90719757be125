import type { Command } from 'commander';
import { Option } from 'commander';
import { kmsxError } from '../base/error.ts';
import type { SecretBytes } from '../base/secret-bytes.ts';
import { encodeBase64Bytes, encodeHexBytes } from '../base/secret-encoding.ts';
import type { Input } from '../cli/inputs.ts';
import { jsonForStdout, jsonLine } from '../cli/json-output.ts';
import { suggestValues } from '../cli/options.ts';
import type { Output } from '../cli/outputs.ts';
import { prepareOutputs } from '../cli/outputs.ts';
import type { Session } from '../cli/session.ts';
import type { ExpectedCheckValue } from '../data-key/key-check-value.ts';
import {
  assertCheckValue,
  CHECK_VALUE_WORDS,
  keyCheckValues,
  parseExpectedCheckValue,
} from '../data-key/key-check-value.ts';

const NEWLINE = Buffer.from('\n');

/** How a plaintext data key leaves kmsx: the options that unwrapping and recovering have in common. */
export interface DataKeyOutputOptions {
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
    .addOption(
      suggestValues(
        new Option('--check-value-methods <list>', 'which check values, separated by commas'),
        CHECK_VALUE_WORDS,
      ),
    )
    .addOption(expect);
}

/** What the options say, checked before anything is read. */
export interface DataKeyOutputPlan {
  readonly options: DataKeyOutputOptions;
  readonly methods: readonly string[] | undefined;
  readonly expected: readonly ExpectedCheckValue[];
}

/**
 * Checks the options of a plaintext data key's output.
 *
 * @throws KmsxError `check-value-malformed`, `bad-usage`
 */
export function planDataKeyOutput(options: DataKeyOutputOptions): DataKeyOutputPlan {
  const methods = options.checkValueMethods?.split(',').map((word) => word.trim());
  for (const word of methods ?? []) {
    if (CHECK_VALUE_WORDS.includes(word)) continue;
    throw kmsxError(
      'bad-usage',
      `${JSON.stringify(word)} is no check value method: they are ${CHECK_VALUE_WORDS.join(', ')}`,
    );
  }
  const expected = options.expectCheckValue.map(parseExpectedCheckValue);
  return { options, methods, expected };
}

/** Checks and makes ready the place that the data key goes to. */
export async function prepareDataKeyOutput(
  { options }: DataKeyOutputPlan,
  inputs: readonly Pick<Input, 'fileId'>[],
  session: Session,
): Promise<Output> {
  const holds = options.checkValueOnly ? 'document' : 'secret';
  const [output] = await prepareOutputs([{ option: '--out', path: options.out, holds }], inputs, {
    ...session.options,
    io: session.io,
    reporter: session.reporter,
  });
  if (output === undefined) throw new TypeError('one output was asked for');
  return output;
}

/**
 * Writes a data key, or its check values. Where an expected check value differs, nothing is written.
 *
 * @throws KmsxError `check-value-mismatch` and those of writing
 */
export async function writeDataKey(
  dataKey: SecretBytes,
  plan: DataKeyOutputPlan,
  output: Output,
  session: Session,
): Promise<void> {
  const { options, methods, expected } = plan;
  for (const value of expected) assertCheckValue(dataKey.bytes, value);
  if (options.checkValueOnly) {
    const checkValues = keyCheckValues(dataKey.bytes, methods);
    if (methods !== undefined && checkValues.length < methods.length) {
      throw kmsxError(
        'bad-usage',
        `a data key of ${dataKey.length} bytes does not have every check value of --check-value-methods`,
      );
    }
    const values = {
      KeyCheckValues: checkValues,
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

/** One line, but for `raw`, which is the key and nothing else. */
function encode(key: Uint8Array, format: DataKeyOutputOptions['format']): Buffer {
  if (format === 'raw') return Buffer.from(key);
  const text = format === 'hex' ? encodeHexBytes(key) : encodeBase64Bytes(key);
  const line = Buffer.concat([text, NEWLINE]);
  text.fill(0);
  return line;
}
