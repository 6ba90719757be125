/* An esbuild plugin that keeps out of the bundle what kmsx never runs, since every command that talks to KMS
   would load it. What is left out throws when it is used after all. */

/* The SDK's runtime brings a WebSocket client with proxies, XML, and dates in words. KMS answers in JSON over
   HTTP, and kmsx sends requests over its own agents. */
const LEFT_OUT = /^(ws|http-proxy-agent|https-proxy-agent|socks-proxy-agent|xml2js|moment)$/;
const SDK_FILE = /[\\/]node_modules[\\/]@(alicloud|darabonba)[\\/]/;

const leftOut = (name) => `
  const leftOut = () => { throw new Error(${JSON.stringify(`${name} is left out of the bundle`)}); };
  module.exports = new Proxy(function () {}, {
    get: (_, property) => (property === '__esModule' ? false : leftOut()),
    apply: leftOut,
    construct: leftOut,
  });`;

export const leanBundle = {
  name: 'lean-bundle',
  setup(build) {
    build.onResolve({ filter: LEFT_OUT }, ({ path, importer }) =>
      SDK_FILE.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    // Negotiate with a proxy would load the package kerberos from wherever Node finds one.
    build.onResolve({ filter: /^proxy-agent-negotiate$/ }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }));
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: leftOut(path),
    }));

    // Of lodash the SDK's runtime takes one function.
    build.onResolve({ filter: /^lodash$/ }, ({ path, importer, resolveDir }) =>
      SDK_FILE.test(importer)
        ? { path, namespace: 'lodash-merge', pluginData: { resolveDir } }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'lodash-merge' }, ({ pluginData: { resolveDir } }) => ({
      contents: "exports.merge = require('lodash/merge.js');",
      resolveDir,
    }));

    // An import of node:process reads each of its properties, and so opens stdin, stdout and stderr as streams.
    build.onResolve({ filter: /^(node:)?process$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'global-process' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'global-process' }, () => ({
      contents: 'export default globalThis.process;',
    }));
  },
};
