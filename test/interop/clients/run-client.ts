import { cleanEnv } from '../../support/kmsx.ts';
import type { Client, Variant } from './clients.ts';
import { Driver } from './driver.ts';
import type { Introduction, Reply, Request } from './protocol.ts';
import type { StepResult } from './scenario/run-scenario.ts';
import { runScenario } from './scenario/run-scenario.ts';
import { SCENARIO } from './scenario/scenario.ts';
import type { Identity } from './scenario/step.ts';
import { callDirectly } from './stand-in.ts';
import type { Target } from './targets.ts';
import { configurationOf, isFor, newSaved } from './targets.ts';

export interface ClientRun {
  readonly introduction: Introduction;
  readonly results: readonly StepResult[];
}

/**
 * Lets one client run the scenario in one way.
 *
 * @param onAnswer - sees each call that succeeded
 */
export async function runClient(
  client: Client,
  variant: Variant,
  target: Target,
  cwd: string,
  onAnswer: (request: Request, reply: Reply) => void = () => undefined,
): Promise<ClientRun> {
  const { caFile } = target.service;
  const env = cleanEnv(cwd, caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile });
  const driver = new Driver([...client.driver, ...(variant.args ?? [])], cwd, env);
  try {
    const introduction = await driver.configure(
      configurationOf(target, 'account', variant.options),
    );
    let configured: Identity = 'account';
    const call = async (as: Identity, request: Request): Promise<Reply> => {
      if (as !== configured) {
        await driver.configure(configurationOf(target, as, variant.options));
        configured = as;
      }
      const reply = await driver.call(request);
      onAnswer(request, reply);
      return reply;
    };
    const standIn = async (as: Identity, request: Request): Promise<Reply> => {
      const reply = await callDirectly(configurationOf(target, as), request);
      onAnswer(request, reply);
      return reply;
    };
    const steps = SCENARIO.filter((step) => isFor(target, step));
    return { introduction, results: await runScenario(steps, call, standIn, newSaved(target)) };
  } finally {
    await driver.close();
  }
}

/** One line for each step that went wrong. */
export function problemsOf(results: readonly StepResult[]): readonly string[] {
  return results.flatMap(({ step, isOffered, problem }) =>
    problem === undefined
      ? []
      : [`${step.action}, ${step.name}${isOffered ? '' : ' (stand-in)'}: ${problem}`],
  );
}
