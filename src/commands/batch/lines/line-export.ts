import { exportIn } from '../../../data-key/find-export.ts';
import type { Envelope } from '../../../documents/read-document.ts';
import { readEnvelope } from '../../../documents/read-document.ts';
import { readInput } from '../../../terminal/files/inputs.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { explainingWrongFile } from '../../shared/wrong-file/wrong-file.ts';
import type { Common } from './line.ts';

/** The export of a line, not opened. */
interface LineExport {
  readonly label: string;
  readonly envelope: Envelope;
  /** Of `--wrapping-algorithm`. */
  readonly algorithm: WrappingAlgorithm | undefined;
}

/** @throws KmsxError those of reading, `document-malformed` if the file holds no export */
export async function readLineExport(
  path: string,
  role: 'export to unwrap' | 'export to verify',
  { session, options: { wrappingAlgorithm: name } }: Common,
): Promise<LineExport> {
  const { io, reporter } = session;
  const algorithm = name === undefined ? undefined : findWrappingAlgorithm(name);
  const input = await readInput(path, 'an export document', io, reporter);
  const { label } = input;
  const envelope = await explainingWrongFile(input, role, io, () => {
    const read = readEnvelope(input.bytes, label);
    exportIn(read, label);
    return read;
  });
  return { label, envelope, algorithm };
}
