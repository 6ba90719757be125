/** Environment variables, as the command line's `Io` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The value of an environment variable; an empty one is unset. */
export function envValue(env: Env, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

/** Whether a switch such as `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is on: `true`, case-insensitive. */
export function envFlag(env: Env, name: string): boolean {
  return env[name]?.toLowerCase() === 'true';
}
