import type { KmsClient } from '../kms/types.ts';

/** Where and when a document was made. */
interface Origin {
  readonly Region: string | undefined;
  readonly Endpoint: string;
  readonly CreatedAt: string;
  readonly Rehearsal: true | undefined;
}

/** What a document says of its origin. Ask after the first answer: only then a rehearsal is known as one. */
export function originOf(kms: KmsClient, now: Date): Origin {
  return {
    Region: kms.region,
    Endpoint: kms.endpoint,
    CreatedAt: now.toISOString(),
    Rehearsal: kms.isRehearsal ? true : undefined,
  };
}
