/* Nothing of the environment that runs the tests may reach what they test. */
for (const name of Object.keys(process.env)) {
  if (
    /^(ALIBABA|ALICLOUD|KMSX_(?!VECTORS)|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_DEBUG|DEBUG)/i.test(
      name,
    )
  ) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- this is what scrubbing is
    delete process.env[name];
  }
}
