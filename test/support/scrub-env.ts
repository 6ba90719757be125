/* Nothing of the environment that runs the tests may reach what they test. */
for (const name of Object.keys(process.env)) {
  if (/^(ALIBABA|ALICLOUD|KMSX_|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_DEBUG|DEBUG)/i.test(name)) {
    Reflect.deleteProperty(process.env, name);
  }
}
