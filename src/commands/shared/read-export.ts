import { kmsxError } from '../../base/error.ts';
import type { Input } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';
import type { ExportDocument } from '../../documents/export-document.ts';
import type { Envelope } from '../../documents/read-document.ts';
import { readEnvelope } from '../../documents/read-document.ts';
import type { WrappedDataKey } from '../../data-key/unwrap.ts';
import { chooseExport } from '../../data-key/unwrap.ts';
import type { WrappingAlgorithm } from '../../wrapping/algorithms.ts';
import { readPrivateKey } from '../../wrapping/private-key.ts';
import type { UnwrappingKey } from '../../wrapping/unwrapping-key.ts';
import type { PassphraseOptions } from './passphrase.ts';
import { askPassphrase } from './passphrase.ts';
import { explainingWrongFile } from './wrong-file.ts';

/**
 * Opens the private key of `--privkey`, with its passphrase where it has one. The input is overwritten.
 *
 * @throws KmsxError those of `readPrivateKey` and of `askPassphrase`
 */
export async function openPrivateKey(
  input: Input,
  options: PassphraseOptions,
  session: Session,
): Promise<UnwrappingKey> {
  try {
    return await explainingWrongFile(input, 'private key', () =>
      readPrivateKey(input.bytes, input.label, () =>
        askPassphrase(options, `passphrase of ${input.label}: `, false, session),
      ),
    );
  } finally {
    input.bytes.fill(0);
  }
}

/**
 * Reads a file that must hold an export.
 *
 * @throws KmsxError those of `readEnvelope`; `document-malformed` where it holds none
 */
export async function readExportEnvelope(
  input: Input,
  role: 'export to unwrap' | 'export to verify',
): Promise<Envelope> {
  return await explainingWrongFile(input, role, () => {
    const envelope = readEnvelope(input.bytes, input.label);
    exportIn(envelope, input.label);
    return envelope;
  });
}

/** An export document, or a bare ExportedDataKey. */
function exportIn(envelope: Envelope, label: string): ExportDocument | string {
  switch (envelope.kind) {
    case 'export':
      return envelope.document;
    case 'backup':
      throw kmsxError(
        'document-malformed',
        `${label} is a backup: only KMS opens it; an export is needed here`,
        { label },
      );
    case 'answer':
      if (envelope.answer.ExportedDataKey !== undefined) return envelope.answer.ExportedDataKey;
      throw kmsxError('document-malformed', `${label} has no ExportedDataKey`, { label });
    case 'bare':
      return envelope.base64;
  }
}

/**
 * The export that a file has for a private key.
 *
 * @param algorithm - of `--wrapping-algorithm`: a document must agree with it, a bare ExportedDataKey needs it
 * @throws KmsxError `privkey-not-recipient`, `options-conflict`, `document-malformed`, `wrapping-algorithm-missing`
 */
export function wrappedDataKeyOf(
  envelope: Envelope,
  algorithm: WrappingAlgorithm | undefined,
  privateKey: UnwrappingKey,
  label: string,
): WrappedDataKey {
  const held = exportIn(envelope, label);
  if (typeof held === 'string') return bareExport(held, algorithm, label);
  const chosen = chooseExport(held, privateKey);
  if (algorithm === undefined || algorithm.name === chosen.algorithm.name) return chosen;
  throw kmsxError(
    'options-conflict',
    `${label} says ${chosen.algorithm.name}, and --wrapping-algorithm ${algorithm.name}`,
    {
      hint: `leave --wrapping-algorithm out, the document has it; if it should agree, find out who changed ${label}`,
    },
  );
}

function bareExport(
  exportedDataKey: string,
  algorithm: WrappingAlgorithm | undefined,
  label: string,
): WrappedDataKey {
  if (algorithm === undefined) {
    throw kmsxError(
      'wrapping-algorithm-missing',
      `${label} does not say how it was wrapped: --wrapping-algorithm is needed`,
    );
  }
  return { exportedDataKey, algorithm };
}
