import type { AccessKey } from '../state/state.ts';

/** Who made a call, as its signature proves. */
export interface Caller {
  readonly accountId: string;
  readonly accessKey: AccessKey;
}
