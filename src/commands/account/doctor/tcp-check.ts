import { hostAndPort } from '../../../network/proxy.ts';
import type { ProbeLimits } from '../../../network/probe.ts';
import { knock } from '../../../network/probe.ts';
import type { Verdict } from './check.ts';
import { fail, outcomeOf, pass, warn } from './check.ts';

/**
 * Connects to every address of a name: one that is dead costs each connection time.
 *
 * @param addresses - at least one
 * @param target - the name, and the port of the addresses
 */
export async function checkTcp(
  addresses: readonly string[],
  target: { readonly host: string; readonly port: number },
  limits: ProbeLimits,
): Promise<Verdict> {
  const { host, port } = target;
  const knocks = [...new Set(addresses)].map(async (address) => {
    const name = hostAndPort(address, port);
    const label = address === host ? name : `${hostAndPort(host, port)} (${address})`;
    return { name, outcome: await outcomeOf(() => knock(address, port, label, limits)) };
  });
  const results = await Promise.all(knocks);
  const dead = results.filter(({ outcome }) => !outcome.ok);
  const first = dead[0]?.outcome;
  if (first === undefined || first.ok) {
    return pass(`connected to ${results.map(({ name }) => name).join(', ')}`);
  }
  if (dead.length === results.length) return fail(first.error);
  const verb = dead.length === 1 ? 'is' : 'are';
  const names = dead.map(({ name }) => name).join(', ');
  return warn(
    `${dead.length} of ${results.length} addresses ${verb} dead: ${names}`,
    'kmsx goes on to the next address, a second later; see the route (IPv6?) and DNS',
  );
}
