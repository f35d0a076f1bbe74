/** `/api/definitions`: all that was set up, of the node or of a vhost, as a file that can be imported again. */
import { DomainError } from '../../../base/errors.ts';
import { type Answer, json, NO_CONTENT } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { bodyFields } from '../body.ts';
import type { Call } from '../call.ts';
import { exportNode, exportVhost } from '../definitions/export.ts';
import { importDefinitions } from '../definitions/import.ts';
import { parseNodeDefinitions, parseVhostDefinitions } from '../definitions/parse.ts';
import { resource } from '../resource.ts';

const METHODS = { GET: ['administrator', exportAll], POST: ['administrator', importAll] } as const;

export const DEFINITIONS = resource('/definitions', METHODS);
/** The old name of the same. */
export const ALL_CONFIGURATION = resource('/all-configuration', METHODS);
export const DEFINITIONS_OF_VHOST = resource('/definitions/:vhost', METHODS);

async function exportAll({ services, params: { vhost }, query }: Call): Promise<Answer> {
  const download = query.get('download');
  const isName = download !== undefined && /^[\w. -]{1,100}$/.test(download);
  return {
    ...json(vhost === undefined ? await exportNode(services) : await exportVhost(vhost, services)),
    ...(isName ? { headers: { 'content-disposition': `attachment; filename="${download}"` } } : {}),
  };
}

async function importAll(call: Call): Promise<Answer> {
  const { services, params, body } = call;
  if (call.header('content-type')?.startsWith('multipart/') === true) {
    throw new ApiError(415, 'unsupported_media_type', 'definitions are taken as application/json, not as a form');
  }
  const fields = bodyFields(body);
  const definitions =
    params.vhost === undefined ? parseNodeDefinitions(fields) : parseVhostDefinitions(fields, params.vhost);
  try {
    await importDefinitions(definitions, services, call.requester.name);
  } catch (error) {
    // What the file names and is not there is the file's fault, and not the address's.
    if (error instanceof DomainError && ['not_found', 'resource_not_found'].includes(error.kind))
      throw badRequest(error.message);
    throw error;
  }
  return NO_CONTENT;
}
