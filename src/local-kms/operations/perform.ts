import type { JsonObject } from '../../base/json.ts';
import { KmsRefusal, invalidParameter, refusal } from '../refusal.ts';
import type { Parameters } from '../request/parameters.ts';
import { optionalChoice } from '../request/read-parameter.ts';
import type { OperationContext, ServedOperation } from './operation.ts';

/**
 * Runs an operation or, with DryRun=true, finds out whether it would succeed. KMS always answers a dry run with an
 * error: `DryRunOperationError` means yes; bad parameters become `ValidationError`, a missing permission
 * `AccessDeniedError`; a key that does not exist or is not enabled keeps its own code.
 *
 * @throws KmsRefusal
 */
export async function performOperation(
  operation: ServedOperation,
  parameters: Parameters,
  context: OperationContext,
): Promise<JsonObject> {
  const isDryRun = optionalChoice(parameters, 'DryRun', ['true', 'false']) === 'true';
  if (!isDryRun) return operation.run(parameters, context);
  if (!operation.takesDryRun) throw invalidParameter('DryRun');
  try {
    await operation.run(parameters, context);
  } catch (error) {
    throw error instanceof KmsRefusal ? dryRunRefusal(error) : error;
  }
  throw refusal('DryRunOperationError');
}

function dryRunRefusal(reason: KmsRefusal): KmsRefusal {
  if (reason.code === 'Forbidden.NoPermission') {
    return refusal('AccessDeniedError', undefined, reason.details);
  }
  return reason.httpStatus === 400 ? refusal('ValidationError', reason.message) : reason;
}
