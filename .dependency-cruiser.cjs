/* Arrows point one way: main → cli → commands → data-key → kms, wrapping, hsm → base.
   local-kms uses base alone: what checks the client must not share the client's code. */
const layer = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `src/${from} may import: ${[from, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    layer('base', []),
    layer('wrapping', ['base']),
    layer('kms', ['base']),
    layer('local-kms', ['base']),
    layer('data-key', ['kms', 'wrapping', 'base']),
    layer('commands', ['cli', 'data-key', 'kms', 'wrapping', 'local-kms', 'base']),
    {
      name: 'cli-imports',
      comment: 'src/cli knows commands only through the program file',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/program\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(cli|base)/' },
    },
    {
      name: 'main-is-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/main\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
