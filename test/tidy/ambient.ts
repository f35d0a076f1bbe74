/**
 * Finds uses of time, randomness, timers, files, sockets and the process itself outside of the adapters that are allowed
 * to touch them. Each ban names what to use instead. Works on the syntax tree, so comments and strings don't count.
 */
import ts from 'typescript';

/** The only places in src/ that reach out of the process. */
const ADAPTERS = /^src\/(base\/system-[a-z-]+\.ts$|storage\/medium\/|net\/|cli\/|main\.ts$)/;

const CLOCK = 'Clock of src/base/clock.ts';
const RANDOM = 'Random of src/base/random.ts';
const LOGGER = 'Logger of src/base/logger.ts';
const MEDIUM = 'the medium of src/storage/';
const NET = 'src/net/';
const SETTINGS = 'a settings slice handed in by src/server/';

const BANNED_MEMBERS: Readonly<Record<string, string>> = {
  'Date.now': CLOCK,
  'performance.now': CLOCK,
  'Math.random': RANDOM,
};

const BANNED_GLOBALS: Readonly<Record<string, string>> = {
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  crypto: RANDOM,
  console: LOGGER,
  process: SETTINGS,
  fetch: NET,
};

const BANNED_MODULES: Readonly<Record<string, string>> = {
  fs: MEDIUM,
  net: NET,
  tls: NET,
  http: NET,
  https: NET,
  http2: NET,
  dgram: NET,
  dns: NET,
  timers: CLOCK,
  perf_hooks: CLOCK,
  console: LOGGER,
  process: SETTINGS,
  os: SETTINGS,
  child_process: 'nothing: the node starts no processes',
  worker_threads: 'nothing: the node is one thread',
};

/** Hashes are pure and welcome; these are not. */
const RANDOM_OF_CRYPTO = /^(random.*|getRandomValues|webcrypto)$/;

export interface Use {
  readonly line: number;
  readonly what: string;
  readonly instead: string;
}

export function isAdapter(path: string): boolean {
  return ADAPTERS.test(path);
}

export function ambientUses(source: ts.SourceFile): Use[] {
  const uses: Use[] = [];
  const add = (node: ts.Node, what: string, instead: string) => {
    uses.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, what, instead });
  };
  const visit = (node: ts.Node): void => {
    for (const [what, instead] of bansOf(node)) add(node, what, instead);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}

function bansOf(node: ts.Node): [what: string, instead: string][] {
  if (ts.isStringLiteral(node)) return isModuleName(node) ? moduleBans(node) : [];
  if (ts.isIdentifier(node)) return named(BANNED_GLOBALS, isReference(node) ? node.text : '');
  if (ts.isPropertyAccessExpression(node)) {
    return ts.isIdentifier(node.expression) ? named(BANNED_MEMBERS, `${node.expression.text}.${node.name.text}`) : [];
  }
  if (ts.isNewExpression(node)) {
    const now = ts.isIdentifier(node.expression) && node.expression.text === 'Date' && !node.arguments?.length;
    return now ? [['new Date()', CLOCK]] : [];
  }
  return [];
}

function named(bans: Readonly<Record<string, string>>, name: string): [string, string][] {
  const instead = Object.hasOwn(bans, name) ? bans[name] : undefined;
  return instead === undefined ? [] : [[name, instead]];
}

/** Whether an identifier stands for the value of that name, and is not the name of a member or of a declaration. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return !('name' in parent && parent.name === node);
}

function isModuleName(node: ts.StringLiteral): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function moduleBans(node: ts.StringLiteral): [string, string][] {
  const [name = ''] = node.text.replace(/^node:/, '').split('/');
  if (name !== 'crypto') return named(BANNED_MODULES, name);
  const bindings = ts.isImportDeclaration(node.parent) ? node.parent.importClause?.namedBindings : undefined;
  if (!bindings || !ts.isNamedImports(bindings)) return [['the whole of node:crypto', 'named imports']];
  return bindings.elements
    .map((element) => (element.propertyName ?? element.name).text)
    .filter((imported) => RANDOM_OF_CRYPTO.test(imported))
    .map((imported) => [imported, RANDOM]);
}
