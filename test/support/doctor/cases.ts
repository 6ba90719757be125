import { ANSWER_CASES } from './answer-cases.ts';
import { CREDENTIAL_CASES } from './credential-cases.ts';
import { FILE_CASES } from './file-cases.ts';
import { GATEWAY_CASES } from './gateway-cases.ts';
import { KEY_CASES } from './key-cases.ts';
import type { DoctorCase } from './scenes.ts';

/** Every failure that doctor knows. To add one, add a line to its table. */
export const DOCTOR_CASES: readonly DoctorCase[] = [
  ...CREDENTIAL_CASES,
  ...GATEWAY_CASES,
  ...ANSWER_CASES,
  ...KEY_CASES,
  ...FILE_CASES,
];
