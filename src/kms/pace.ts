import type { KeyCatalog, KmsClient, PageQuery } from './types.ts';

/** What pacing needs of time. */
export interface PaceClock {
  monotonicMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Waits until the next call may be made. */
export type Pace = () => Promise<void>;

/** Calls whose turns come within so many milliseconds go together: a process that wakes for each of them needs more of its processor. */
const TOGETHER_MS = 10;

/**
 * Spreads calls evenly over time, to a hundredth of a second.
 *
 * @param perSecond - undefined: no call waits
 */
export function paceOf(perSecond: number | undefined, clock: PaceClock): Pace {
  if (perSecond === undefined) return () => Promise.resolve();
  const interval = 1000 / perSecond;
  const together = interval < TOGETHER_MS ? TOGETHER_MS : 0;
  let next = -Infinity;
  return async () => {
    const now = clock.monotonicMs();
    const at = Math.max(now - together, next);
    next = at + interval;
    if (at > now) await clock.sleep(at - now + together);
  };
}

/**
 * Lets calls go at once as long as no second has more of them than `perSecond`: few calls never wait.
 *
 * @param perSecond - of less than 1: one call in so many seconds
 */
export function burstsOf(perSecond: number, clock: PaceClock): Pace {
  const together = Math.max(1, Math.floor(perSecond));
  const within = Math.max(1000, 1000 / perSecond);
  const last: number[] = [];
  return async () => {
    const now = clock.monotonicMs();
    const before = last.length < together ? -Infinity : (last.shift() ?? -Infinity);
    const at = Math.max(now, before + within);
    last.push(at);
    if (at > now) await clock.sleep(at - now);
  };
}

/** A client whose calls about KMS keys, `describe`, `list` and `listAliases`, wait for their turn. */
export function withPacedKeys(kms: KmsClient, pace: Pace): KmsClient {
  const { keys } = kms;
  const turn = turnsOf(pace);
  const paced: KeyCatalog = {
    describe: turn((keyId: string) => keys.describe(keyId)),
    list: turn((page: PageQuery) => keys.list(page)),
    listAliases: turn((page: PageQuery) => keys.listAliases(page)),
  };
  return new Proxy(kms, {
    get: (client, name) => (name === 'keys' ? paced : (Reflect.get(client, name) as unknown)),
  });
}

/**
 * A client whose calls on data keys wait for their turn, but for the first: its turn was waited for before the line began.
 */
export function paced(kms: KmsClient, pace: Pace): KmsClient {
  let isFirst = true;
  const turn = turnsOf(async () => {
    if (!isFirst) await pace();
    isFirst = false;
  });
  return new Proxy(kms, {
    get: (client, name) => {
      switch (name) {
        case 'generateAndExportDataKey':
          return turn((input: Parameters<KmsClient['generateAndExportDataKey']>[0]) =>
            client.generateAndExportDataKey(input),
          );
        case 'exportDataKey':
          return turn((input: Parameters<KmsClient['exportDataKey']>[0]) =>
            client.exportDataKey(input),
          );
        case 'reEncrypt':
          return turn((input: Parameters<KmsClient['reEncrypt']>[0]) => client.reEncrypt(input));
        default:
          return Reflect.get(client, name) as unknown;
      }
    },
  });
}

function turnsOf(
  pace: Pace,
): <Input, Output>(call: (input: Input) => Promise<Output>) => (input: Input) => Promise<Output> {
  return (call) => async (input) => {
    await pace();
    return await call(input);
  };
}
