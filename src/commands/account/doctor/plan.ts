import type { KmsxError } from '../../../base/error.ts';
import { hasCode } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import type { AttemptLimits } from '../../../kms/attempts.ts';
import type { Session } from '../../../terminal/session.ts';
import type {
  ConnectionOptions,
  ConnectionPlan,
} from '../../shared/connection/connection-options.ts';
import { planConnection, readLimits } from '../../shared/connection/connection-options.ts';
import { resultOf } from './check.ts';

/** Which check an error of planning belongs to. */
type PlanCheck = 'credentials' | 'region' | 'gateway' | 'tls';

/** How KMS is to be reached. */
export interface ConnectionRequest {
  readonly limits: AttemptLimits;
  readonly profile: string | undefined;
  readonly plan: ConnectionPlan | undefined;
  /** What is wrong with the plan, or why there is none. */
  readonly failure: { readonly check: PlanCheck; readonly error: KmsxError } | undefined;
}

/**
 * Plans the connection as every command does. An unreadable CA file only fails the check of TLS: there is a plan
 * without it.
 *
 * @throws KmsxError `bad-usage`, `options-conflict`: what is wrong with the options themselves
 */
export async function planForDoctor(
  options: ConnectionOptions,
  known: Parameters<typeof planConnection>[1],
  session: Session,
): Promise<ConnectionRequest> {
  const request = { limits: readLimits(options), profile: options.profile };
  const planned = await resultOf(() => planConnection(options, known, session));
  if (planned.ok) return { ...request, plan: planned.value, failure: undefined };
  const { error } = planned;
  if (hasCode(error, 'bad-usage', 'options-conflict')) throw error;
  const failure = { check: checkOf(error, options, session.io), error };
  if (failure.check !== 'tls') return { ...request, plan: undefined, failure };
  const { caFile, ...others } = options;
  const io = { ...session.io, env: { ...session.io.env, KMSX_CA_FILE: undefined } };
  return { ...request, plan: await planConnection(others, known, { ...session, io }), failure };
}

function checkOf(error: KmsxError, options: ConnectionOptions, io: Io): PlanCheck {
  const caFile = options.caFile ?? envValue(io.env, 'KMSX_CA_FILE');
  const caFiles = [caFile, envValue(io.env, 'NODE_EXTRA_CA_CERTS')];
  if (hasCode(error, 'region-missing', 'region-malformed', 'region-contradicts')) return 'region';
  if (hasCode(error, 'rehearsal-mixed')) return error.details.reason ?? 'gateway';
  if (hasCode(error, 'ca-file-malformed')) return 'tls';
  if (hasCode(error, 'file-missing', 'file-unreadable')) {
    return caFile !== undefined && caFiles.includes(error.details.path) ? 'tls' : 'credentials';
  }
  return hasCode(error, 'profile-missing', 'credentials-file-malformed', 'credentials-failed')
    ? 'credentials'
    : 'gateway';
}
