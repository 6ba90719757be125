import type { ErrorCode } from '../base/error-codes.ts';
import type { OwnError } from '../base/error.ts';
import { kmsxError } from '../base/error.ts';
import { CryptokiFailure } from './cryptoki/calls.ts';
import type { ReturnValueName } from './cryptoki/constants.ts';
import { returnValueName } from './cryptoki/constants.ts';

type FailureCode = Extract<
  ErrorCode,
  | 'pin-wrong'
  | 'pin-locked'
  | 'pin-unusable'
  | 'token-read-only'
  | 'token-full'
  | 'token-missing'
  | 'module-failed'
>;

interface ReturnValueCause {
  readonly code: FailureCode;
  /** What it means, after the token's name. */
  readonly means: string;
  /** What to type or do, where that is more than the code's own hint. */
  readonly hint?: string;
}

/**
 * What return values mean where the cause is certain, and what to do. What is wrong with an export is not among them: every
 * token says that with another number, so `unwrap-inside.ts` tries it out.
 */
export const RETURN_VALUE_CAUSES: Readonly<Partial<Record<ReturnValueName, ReturnValueCause>>> = {
  CKR_PIN_INCORRECT: { code: 'pin-wrong', means: 'does not accept the PIN' },
  CKR_PIN_INVALID: { code: 'pin-wrong', means: 'takes no PIN with such characters' },
  CKR_PIN_LEN_RANGE: { code: 'pin-wrong', means: 'takes no PIN of that length' },
  CKR_PIN_LOCKED: { code: 'pin-locked', means: 'has locked the PIN' },
  CKR_PIN_EXPIRED: { code: 'pin-unusable', means: 'wants the PIN changed first' },
  CKR_USER_PIN_NOT_INITIALIZED: { code: 'pin-unusable', means: 'has no user PIN yet' },
  CKR_SESSION_READ_ONLY: { code: 'token-read-only', means: 'gave a read-only session' },
  CKR_TOKEN_WRITE_PROTECTED: { code: 'token-read-only', means: 'is write-protected' },
  CKR_DEVICE_MEMORY: { code: 'token-full', means: 'has no room left' },
  CKR_TOKEN_RESOURCE_EXCEEDED: { code: 'token-full', means: 'has no room left' },
  CKR_TOKEN_NOT_PRESENT: { code: 'token-missing', means: 'is not in its slot' },
  CKR_TOKEN_NOT_RECOGNIZED: { code: 'token-missing', means: 'is not known to the module' },
  CKR_DEVICE_REMOVED: { code: 'token-missing', means: 'was removed' },
  CKR_SLOT_ID_INVALID: { code: 'token-missing', means: 'has no such slot' },
  CKR_SESSION_COUNT: {
    code: 'module-failed',
    means: 'takes no more sessions',
    hint: 'close another program that uses the token',
  },
  CKR_FUNCTION_NOT_SUPPORTED: { code: 'module-failed', means: 'has no such function' },
  CKR_MECHANISM_INVALID: { code: 'module-failed', means: 'does not have the mechanism' },
  CKR_ACTION_PROHIBITED: { code: 'module-failed', means: 'forbids it' },
  CKR_KEY_FUNCTION_NOT_PERMITTED: {
    code: 'module-failed',
    means: 'does not let the key do this',
    hint: 'the private key needs CKA_UNWRAP: kmsx keygen --token makes one that has it',
  },
};

/**
 * What a failed call means to a user.
 *
 * @param subject - the token or module, as errors call it
 */
function explainFailure({ functionName, returnValue }: CryptokiFailure, subject: string): OwnError {
  const name = returnValueName(returnValue);
  const cause = RETURN_VALUE_CAUSES[name as ReturnValueName];
  const detail = `${functionName}: ${name}`;
  if (cause === undefined) {
    return kmsxError('module-failed', `${subject} refused a call (${detail})`);
  }
  const hints = cause.hint === undefined ? undefined : [cause.hint];
  return kmsxError(cause.code, `${subject} ${cause.means} (${detail})`, { hints });
}

/** What a token answers that cannot do what it is asked, whatever it is asked it for. */
const UNSUPPORTED: ReadonlySet<string> = new Set<ReturnValueName>([
  'CKR_FUNCTION_NOT_SUPPORTED',
  'CKR_MECHANISM_INVALID',
]);

/** Whether a return value of an unwrap has a cause beside the export and the algorithm, such as a full token. */
export function hasOtherCause({ returnValue }: CryptokiFailure): boolean {
  const name = returnValueName(returnValue);
  return Object.hasOwn(RETURN_VALUE_CAUSES, name) && !UNSUPPORTED.has(name);
}

/** Runs calls to a module, and says what a return value means. */
export async function explaining<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CryptokiFailure ? explainFailure(error, subject) : error;
  }
}
