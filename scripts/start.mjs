/**
 * `npm start`: installs and builds what is missing or stale, then becomes the broker. In the same process, so signals
 * and the exit code need no forwarding; `exec` in package.json takes the shell between npm and this process away, which
 * would keep signals to itself.
 */
import { ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

ensureInstalled();
ensureBuilt();
await import('../dist/main.js');
