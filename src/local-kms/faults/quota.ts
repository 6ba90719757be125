/**
 * The quotas of the shared gateway for an account and region, in calls a second (KMS's page on quotas, 2025-02), and the
 * operations that share each.
 */
export const QUOTAS = {
  reads: {
    perSecond: 50,
    operations: [
      ...['DescribeKey', 'DescribeKeyVersion', 'ListAliases', 'ListAliasesByKeyId'],
      ...['ListKeyVersions', 'ListKeys'],
    ],
  },
  creates: { perSecond: 10, operations: ['CreateKey'] },
  writes: {
    perSecond: 30,
    operations: [
      ...['CreateAlias', 'UpdateAlias', 'DeleteAlias'],
      ...['TagResource', 'TagResources', 'UntagResource', 'UntagResources'],
    ],
  },
  exports: { perSecond: 750, operations: ['GenerateAndExportDataKey', 'ExportDataKey'] },
} as const satisfies Readonly<
  Record<string, { readonly perSecond: number; readonly operations: readonly string[] }>
>;

export type QuotaName = keyof typeof QUOTAS;

/** In calls a second. */
export type Quotas = Readonly<Record<QuotaName, number>>;

const SECOND_MS = 1000;

/** Which quota an operation counts against; undefined for none. */
export function quotaOf(action: string): QuotaName | undefined {
  const names = Object.keys(QUOTAS) as readonly QuotaName[];
  return names.find((name) => QUOTAS[name].operations.some((operation) => operation === action));
}

/** Counts the calls of each account against its quotas: no second, wherever it begins, has more calls than its quota. */
export class QuotaUse {
  readonly #quotas: Quotas;
  /** The times of the calls of the last second, the oldest first, in milliseconds since 1970. */
  readonly #times = new Map<string, number[]>();

  constructor(quotas: Quotas) {
    this.#quotas = quotas;
  }

  /** Counts a call, unless its quota is used up. Returns whether it is. */
  isUsedUp(name: QuotaName, accountId: string, time: Date): boolean {
    const of = `${name} ${accountId}`;
    const now = time.getTime();
    const times = this.#times.get(of) ?? [];
    this.#times.set(of, times);
    const firstLeft = times.findIndex((each) => Math.abs(now - each) < SECOND_MS);
    times.splice(0, firstLeft === -1 ? times.length : firstLeft);
    if (times.length >= this.#quotas[name]) return true;
    times.push(now);
    return false;
  }
}
