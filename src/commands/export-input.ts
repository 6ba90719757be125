import { kmsxError } from '../base/error.ts';
import type { Input } from '../cli/inputs.ts';
import type { Session } from '../cli/session.ts';
import type { Envelope } from '../data-key/read-document.ts';
import type { WrappedDataKey } from '../data-key/unwrap.ts';
import { chooseExport } from '../data-key/unwrap.ts';
import type { WrappingAlgorithm } from '../wrapping/algorithms.ts';
import type { WrappingPrivateKey } from '../wrapping/private-key.ts';
import { readPrivateKey } from '../wrapping/private-key.ts';
import type { PassphraseOptions } from './passphrase.ts';
import { askPassphrase } from './passphrase.ts';

/**
 * Opens the private key of `--privkey`, with its passphrase where it has one. The input is overwritten.
 *
 * @throws KmsxError those of `readPrivateKey` and of `askPassphrase`
 */
export async function openPrivateKey(
  input: Input,
  options: PassphraseOptions,
  session: Session,
): Promise<WrappingPrivateKey> {
  try {
    return await readPrivateKey(input.bytes, input.label, () =>
      askPassphrase(options, `passphrase of ${input.label}: `, false, session),
    );
  } finally {
    input.bytes.fill(0);
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
  privateKey: WrappingPrivateKey,
  label: string,
): WrappedDataKey {
  switch (envelope.kind) {
    case 'export': {
      const chosen = chooseExport(envelope.document, privateKey);
      if (algorithm === undefined || algorithm.name === chosen.algorithm.name) return chosen;
      throw kmsxError(
        'options-conflict',
        `${label} says ${chosen.algorithm.name}, and --wrapping-algorithm ${algorithm.name}`,
      );
    }
    case 'backup':
      throw kmsxError(
        'document-malformed',
        `${label} is a backup: only KMS opens it; an export is needed here`,
        { label },
      );
    case 'answer':
      if (envelope.answer.ExportedDataKey === undefined) {
        throw kmsxError('document-malformed', `${label} has no ExportedDataKey`, { label });
      }
      return bareExport(envelope.answer.ExportedDataKey, algorithm, label);
    case 'bare':
      return bareExport(envelope.base64, algorithm, label);
  }
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
