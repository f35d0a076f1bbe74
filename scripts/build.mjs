/** `npm run build`: builds `dist/` anew, whether or not it is stale. */
import { build, ensureInstalled } from './lib/prepare.mjs';

ensureInstalled();
build();
