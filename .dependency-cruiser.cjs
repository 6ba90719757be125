/* The picture of ARCHITECTURE.md: each room of src, from the roof down, and the rooms that it may import.
   local-kms uses base alone: what checks the client must not share the client's code. */
const CLIENT = ['kms', 'credentials', 'answers', 'network'];
const ROOMS = {
  start: ['terminal', 'base'],
  program: ['commands', 'terminal', 'base'],
  commands: [
    'rehearsal',
    'paper',
    'ceremony',
    'record',
    'drill',
    'batch',
    'account',
    'backups',
    'data-key',
    'hsm',
    'stores',
    'documents',
    'wrapping',
    ...CLIENT,
    'local-kms',
    'terminal',
    'base',
  ],
  rehearsal: ['data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  paper: ['ceremony', 'record', 'documents', 'base'],
  ceremony: ['record', 'account', 'data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  record: ['documents', 'base'],
  drill: ['backups', 'data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  batch: ['stores', 'data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  account: ['data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  backups: ['data-key', 'hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  'data-key': ['hsm', 'documents', 'wrapping', ...CLIENT, 'base'],
  hsm: ['documents', 'wrapping', 'base'],
  stores: ['backups', 'documents', 'credentials', 'network', 'base'],
  documents: ['wrapping', 'base'],
  wrapping: ['base'],
  kms: ['credentials', 'answers', 'network', 'base'],
  credentials: ['answers', 'network', 'base'],
  answers: ['network', 'base'],
  network: ['base'],
  terminal: ['base'],
  library: ['local-kms', 'base'],
  'local-kms': ['base'],
  base: [],
};

const room = ([name, below]) => ({
  name: `${name}-imports`,
  comment: `src/${name} may import: ${[name, ...below].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: `^src/(${[name, ...below].join('|')})/` },
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
    ...Object.entries(ROOMS).map(room),
    {
      name: 'every-room-has-a-rule',
      comment: 'a folder of src is a room of the picture; src itself holds main.ts alone',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(main\\.ts$|(${Object.keys(ROOMS).join('|')})/)` },
      to: {},
    },
    {
      name: 'main-is-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'test-support-is-the-bottom',
      comment: 'what tests share imports none of them',
      severity: 'error',
      from: { path: '^test/support/' },
      to: { path: '^test/', pathNot: '^test/(support|keys)/' },
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
