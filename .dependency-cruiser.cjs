/**
 * Who may import whom, type imports included. Each folder of src/ lists what it may import besides itself; imports go
 * down only, so the list of a folder names folders below it. A folder that is not listed here fails the check.
 */

const DOMAIN = ['catalog', 'security', 'record', 'message', 'base'];

/** Folder → the folders it may import. A nested folder with a line of its own does not inherit its parent's. */
const LAYERS = {
  'main.ts': ['cli', 'server', 'base'],
  cli: ['server', 'config', 'base'],
  server: [
    'config',
    'gateway',
    'coordinator',
    'queue',
    'stream',
    'routing',
    'catalog',
    'security',
    'storage',
    'record',
    'message',
    'net',
    'base',
  ],
  'gateway/kafka': ['coordinator', 'stream', 'queue', 'routing', 'net', ...DOMAIN],
  'gateway/kafka/protocol': ['record', 'base'],
  'gateway/amqp': ['stream', 'queue', 'routing', 'net', ...DOMAIN],
  'gateway/amqp/protocol': ['message', 'base'],
  'gateway/sqs': ['stream', 'queue', 'routing', 'net', ...DOMAIN],
  'gateway/sqs/protocol': ['base'],
  'gateway/admin': ['coordinator', 'stream', 'queue', 'routing', 'net', ...DOMAIN],
  'coordinator/feed': ['stream', 'storage', ...DOMAIN],
  'coordinator/group': ['stream', 'storage', ...DOMAIN],
  'coordinator/share': ['queue', 'stream', 'storage', ...DOMAIN],
  'coordinator/transaction': ['stream', 'storage', ...DOMAIN],
  queue: ['storage', ...DOMAIN],
  'queue/stream': ['queue', 'stream', 'storage', ...DOMAIN],
  stream: ['storage', ...DOMAIN],
  routing: ['catalog', 'message', 'base'],
  catalog: ['security', 'storage', 'message', 'base'],
  security: ['storage', 'base'],
  storage: ['base'],
  message: ['record', 'base'],
  record: ['base'],
  net: ['base'],
  config: ['base'],
  base: [],
};

const folderPattern = (name) => (name.endsWith('.ts') ? `^src/${name}$` : `^src/${name}/`);

const layerRules = Object.entries(LAYERS).map(([name, allowed]) => {
  const nested = Object.keys(LAYERS).filter((other) => other.startsWith(`${name}/`));
  return {
    name: `layer: ${name}`,
    comment: `src/${name} may import ${allowed.join(', ') || 'nothing'} only`,
    severity: 'error',
    from: { path: folderPattern(name), ...(nested.length > 0 ? { pathNot: nested.map(folderPattern) } : {}) },
    to: { path: '^(src|test|bench|scripts)/', pathNot: [name, ...allowed].map(folderPattern) },
  };
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer: unknown folder',
      comment: 'a folder of src/ must have its line in LAYERS',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(LAYERS).map(folderPattern) },
      to: {},
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'storage is seen through its interface',
      comment: 'src/storage/log.ts is what the domain knows of the storage engine; the rest is wired by server/',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(storage|server)/' },
      to: { path: '^src/storage/', pathNot: '^src/storage/log\\.ts$' },
    },
    {
      name: 'libraries stay outside the core',
      comment: 'npm packages are for the edges: the command line, settings, codecs of compression and checksums',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|config|record|server)/' },
      to: { path: 'node_modules', pathNot: 'node_modules/@node-rs/crc32' },
    },
    {
      name: 'shipped code uses shipped dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'everything imported exists',
      comment: 'dist/ is made by the build, which the static checks do not need',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^\\.\\./dist/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
