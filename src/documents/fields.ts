import { MAX_BLOB_CHARACTERS } from '../base/bytes/blob-length.ts';
import { kmsxError } from '../base/error.ts';
import { FieldReader } from '../base/fields.ts';
import type { JsonObject } from '../base/json.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { assertEncryptionContext, dataKeyIdOf, isDataKeyId } from './encryption-context.ts';
import { notCiphertext } from './recognise/words.ts';

/** A fingerprint: of a public key or of the bytes of an envelope. */
export const FINGERPRINT = /^SHA256:[0-9a-f]{64}$/;

/** Reads the fields of one document. Errors are KmsxError `document-malformed`, unless a reader says otherwise. */
export class DocumentFields extends FieldReader {
  readonly #label: string;

  /** @param label - what the document is called in errors, usually the file's name */
  constructor(object: JsonObject, label: string) {
    super(object, {
      malformed: (field, problem) =>
        kmsxError('document-malformed', `${label}: ${field} ${problem}`, {
          details: { label, field },
        }),
    });
    this.#label = label;
  }

  /** Standard base64 of what may be a ciphertext: a plaintext or private key in its place is refused. */
  ciphertext(name: string): string {
    return requireCiphertext(this, name);
  }

  /** @throws KmsxError `context-malformed` */
  context(name: string): EncryptionContext | undefined {
    const value = this.object[name];
    if (value === undefined) return undefined;
    assertEncryptionContext(value, `${this.#label}: ${name}`);
    return value;
  }

  /** The id that binds a data key, 32 hexadecimal digits or absent. */
  dataKeyId(name: string): string | undefined {
    const id = this.optionalText(name);
    if (id !== undefined && !isDataKeyId(id)) this.fail(name, 'is not 32 hexadecimal digits');
    return id;
  }

  /**
   * `dataKeyId` in a document with the context that binds it: an id that is shown but not bound would promise what
   * nothing ensures.
   *
   * @throws KmsxError `document-inconsistent` if the context binds another id, or none
   */
  boundDataKeyId(name: string, context: EncryptionContext | undefined): string | undefined {
    const id = this.dataKeyId(name);
    if (id === undefined || dataKeyIdOf(context) === id) return id;
    throw kmsxError(
      'document-inconsistent',
      `${this.#label}: ${name} is not the id in its encryption context`,
    );
  }
}

/** Reads a ciphertext in standard base64, in a document or in a part of one. */
export function requireCiphertext(fields: FieldReader, name: string): string {
  const base64 = fields.base64(name, MAX_BLOB_CHARACTERS);
  const problem = notCiphertext(base64);
  return problem === undefined ? base64 : fields.fail(name, problem);
}
