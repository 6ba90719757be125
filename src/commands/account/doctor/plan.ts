import type { KmsxError } from '../../../base/error.ts';
import type { Io } from '../../../terminal/io.ts';
import { envValue } from '../../../base/env.ts';
import type { Session } from '../../../terminal/session.ts';
import type { ConnectionOptions, ConnectionPlan } from '../../shared/connection-options.ts';
import { planConnection } from '../../shared/connection-options.ts';
import { outcomeOf } from './check.ts';

/** Which check an error of planning belongs to. */
type PlanCheck = 'credentials' | 'region' | 'gateway' | 'tls';

/** A plan as far as there is one, and what was wrong with it. */
export interface DoctorPlan {
  readonly plan: ConnectionPlan | undefined;
  readonly failure: { readonly check: PlanCheck; readonly error: KmsxError } | undefined;
}

/**
 * Plans the connection as every command does, and goes on where it can: a CA file that can't be read is in nobody's
 * way until TLS begins.
 *
 * @throws KmsxError `bad-usage`, `options-conflict`: those are no state of the world
 */
export async function planForDoctor(
  options: ConnectionOptions,
  known: Parameters<typeof planConnection>[1],
  session: Session,
): Promise<DoctorPlan> {
  const planned = await outcomeOf(() => planConnection(options, known, session));
  if (planned.ok) return { plan: planned.value, failure: undefined };
  const { error } = planned;
  if (error.code === 'bad-usage' || error.code === 'options-conflict') throw error;
  const failure = { check: checkOf(error, options, session.io), error };
  if (failure.check !== 'tls') return { plan: undefined, failure };
  const { caFile, ...others } = options;
  const io = { ...session.io, env: { ...session.io.env, KMSX_CA_FILE: undefined } };
  const plan = await planConnection(others, known, { ...session, io });
  return { plan, failure };
}

function checkOf({ code, details }: KmsxError, options: ConnectionOptions, io: Io): PlanCheck {
  const caFile = options.caFile ?? envValue(io.env, 'KMSX_CA_FILE');
  const caFiles = [caFile, envValue(io.env, 'NODE_EXTRA_CA_CERTS')];
  if (code.startsWith('region-') || details['reason'] === 'region') return 'region';
  if (code === 'ca-file-malformed') return 'tls';
  if (code.startsWith('file-')) {
    return caFile !== undefined && caFiles.includes(details['path']) ? 'tls' : 'credentials';
  }
  return ['profile-missing', 'credentials-file-malformed'].includes(code)
    ? 'credentials'
    : 'gateway';
}
