import type { KeyVersion, KmsKey } from './state.ts';

/** Automatic rotation that counts from the last one: NextRotationDate is LastRotationDate and the interval. */
export function rotationFrom(
  lastRotation: Date,
  intervalSeconds: number,
): NonNullable<KmsKey['rotation']> {
  return { intervalSeconds, nextAt: new Date(lastRotation.getTime() + 1000 * intervalSeconds) };
}

/** A key with one more version, which is a rotation: the next one counts from it. */
export function withVersion<K extends KmsKey>(key: K, version: KeyVersion): K {
  const { rotation, versions } = key;
  return {
    ...key,
    versions: [...versions, version],
    ...(rotation !== undefined && {
      rotation: rotationFrom(version.createdAt, rotation.intervalSeconds),
    }),
  };
}
