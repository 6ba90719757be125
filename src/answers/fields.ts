import { FieldReader } from '../base/fields.ts';
import type { JsonObject } from '../base/json.ts';
import { answerMalformed } from './errors.ts';
import { word } from './json.ts';

/**
 * Reads the fields of an answer, under KMS's own names. Null and empty text count as absent. Every reader throws
 * KmsxError `answer-malformed`, which does not show the value.
 */
export class AnswerFields extends FieldReader {
  readonly requestId: string;

  constructor(action: string, answer: JsonObject) {
    const requestId = word(answer['RequestId']);
    if (requestId === undefined) throw answerMalformed(action, 'RequestId is missing');
    super(answer, {
      malformed: (place, problem) => answerMalformed(action, `${place} ${problem}`, requestId),
      isAbsent: (value) => value === null || value === '',
    });
    this.requestId = requestId;
  }
}
