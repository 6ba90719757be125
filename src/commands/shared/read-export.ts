import type { Input } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';
import type { Envelope } from '../../documents/read-document.ts';
import { readEnvelope } from '../../documents/read-document.ts';
import { exportIn } from '../../data-key/find-export.ts';
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
