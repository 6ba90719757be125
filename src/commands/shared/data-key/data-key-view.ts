import type { ComponentFacts } from '../../../documents/component-document.ts';
import type { KeyCheckValue } from '../../../documents/key-check-value.ts';
import { assuranceBits } from '../../../documents/key-check-value.ts';
import type { Output } from '../../../terminal/files/outputs.ts';
import type { View, ViewRow } from '../../../terminal/output/view.ts';
import { fact, nextBlock } from '../../../terminal/output/view.ts';
import { commandLine } from '../view/command-line.ts';
import { checkValueBlock, checkValueLine, counted } from '../view/rows.ts';
import { describeFile, fileRows } from '../view/written.ts';

/** A data key that was opened: what a view may tell of it. Nothing secret. */
export interface OpenedKey {
  /** What was done, as in `Unwrapped the data key of export.json`. */
  readonly done: string;
  /** In bytes; undefined where a token does not tell. */
  readonly length: number | undefined;
  readonly checkValues: readonly KeyCheckValue[];
  /** The check values that it was held against, and has. */
  readonly expected: readonly KeyCheckValue[];
}

/** The check values of a data key that was not shown. */
export function checkValueView(key: OpenedKey, out: Output): View {
  return {
    verdict: key.done,
    blocks: [
      {
        rows: [...keyRows(key), fact('plaintext', 'not written'), ...fileRows('report', [out])],
      },
      ...checkValueBlock(key.checkValues),
    ],
  };
}

/** A data key that was written to a file. */
export function keyFileView(key: OpenedKey, out: Output): View {
  return {
    verdict: key.done,
    blocks: [
      {
        rows: [
          ...keyRows(key),
          ...fileRows('plaintext', [out]),
          { lines: ['Whoever can read this file has the data key'] },
        ],
      },
      ...checkValueBlock(key.checkValues),
    ],
  };
}

/** A data key that was split: where each component lies, and what its custodian reads aloud. */
export function componentsView(
  done: string,
  components: readonly ComponentFacts[],
  outputs: readonly Output[],
): View {
  const [first] = components;
  const files = outputs.flatMap(({ written }) => written?.label ?? []);
  const isWhole = files.length === components.length;
  return {
    verdict: `${done}, and split it into ${counted(components.length, 'component')}`,
    blocks: [
      {
        rows: [
          fact('needed', `${first?.Threshold ?? components.length} of ${components.length}`),
          ...components.map(({ Number: number, ComponentCheckValues = [] }, index) => ({
            label: `component ${number}`,
            lines: [placeOf(outputs[index]), ...ComponentCheckValues.map(checkValueLine)],
          })),
        ],
      },
      ...checkValueBlock(first?.KeyCheckValues),
      ...nextBlock(isWhole ? [commandLine(['combine', ...files, '--check-value-only'])] : []),
    ],
  };
}

function placeOf(output: Output | undefined): string {
  if (output === undefined) return '';
  return output.written === undefined ? output.label : describeFile(output.written);
}

function keyRows({ length, expected }: OpenedKey): ViewRow[] {
  const bits = assuranceBits(expected);
  return [
    ...(length === undefined ? [] : [fact('data key', counted(length, 'byte'))]),
    ...(bits === undefined
      ? []
      : [fact('compared', `it has the expected check value: ${bits} bits`)]),
  ];
}
