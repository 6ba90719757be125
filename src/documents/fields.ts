import { kmsxError } from '../base/error.ts';
import { FieldReader } from '../base/fields.ts';
import type { JsonObject } from '../base/json.ts';
import type { EncryptionContext } from './encryption-context.ts';
import { assertEncryptionContext, dataKeyIdOf, isDataKeyId } from './encryption-context.ts';

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
