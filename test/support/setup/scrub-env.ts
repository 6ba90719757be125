/* Nothing of the environment that runs the tests may reach what they test. */
for (const name of Object.keys(process.env)) {
  if (/^(ALIBABA|ALICLOUD|KMSX_|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_DEBUG|DEBUG)/i.test(name)) {
    Reflect.deleteProperty(process.env, name);
  }
}

/* Every property of a run can be tried again with the seed that fast-check printed. */
if (process.env['FUZZ_SEED'] !== undefined) {
  const [{ default: fc }, { fuzzSeed }] = await Promise.all([
    import('fast-check'),
    import('../fuzz/seed.ts'),
  ]);
  fc.configureGlobal({ seed: fuzzSeed() });
}
