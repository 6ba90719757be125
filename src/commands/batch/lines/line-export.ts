import type { Envelope } from '../../../documents/read-document.ts';
import type { WrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import { findWrappingAlgorithm } from '../../../wrapping/algorithms.ts';
import type { ExportRole } from '../../shared/read-export.ts';
import { readExportFile } from '../../shared/read-export.ts';
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
  role: ExportRole,
  { session, options: { wrappingAlgorithm: name } }: Common,
): Promise<LineExport> {
  const algorithm = name === undefined ? undefined : findWrappingAlgorithm(name);
  const { input, envelope } = await readExportFile(path, role, session);
  return { label: input.label, envelope, algorithm };
}
