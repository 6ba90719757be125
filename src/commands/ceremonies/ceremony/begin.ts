import { createHash } from 'node:crypto';
import type { CeremonyPlan } from '../../../ceremony/plan/plan.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { BeginEvent } from '../../../record/events.ts';
import { RECORD_FORMAT } from '../../../record/events.ts';
import type { Io } from '../../../terminal/io.ts';
import { programReport } from '../../shell/program-report.ts';

/** The first event of the record: what was planned, by what program and where it is carried out, and by whom. */
export async function beginEvent(
  plan: CeremonyPlan,
  bytes: Uint8Array,
  io: Io,
): Promise<BeginEvent> {
  const { Title, Practice, Place, Previous, People } = plan;
  const { Version, Node, OpenSSL, Files, CompiledCode } = await programReport(io);
  return {
    Type: 'begin',
    Format: RECORD_FORMAT,
    CeremonyId: io.randomBytes(16).toString('hex'),
    Practice,
    Title,
    Plan: plan as unknown as JsonObject,
    PlanSHA256: createHash('sha256').update(bytes).digest('hex'),
    ...(Previous !== undefined && { PreviousRecord: Previous }),
    ...(Place !== undefined && { Place }),
    Program: {
      Version,
      Files: [...Files, ...CompiledCode].map(({ File, SHA256 }) => ({ Name: File, SHA256 })),
      Node,
      OpenSSL,
    },
    Host: { Name: io.hostName, System: io.system },
    People,
  };
}
