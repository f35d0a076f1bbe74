/**
 * A failure of the node in one line for the person who runs it: what happened, to what, and what to do. The stack is for
 * whoever debugs the node, and printed only when asked for.
 */

/** Of the errors that Node.js gives, those that a setting can cure; by code, for the system call `listen`. */
const LISTEN_CURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another process; stop that one or choose another port',
  EACCES: 'is not allowed for this user; choose a port above 1023',
  EADDRNOTAVAIL: 'is not an address of this machine; choose another host',
};

interface ListenError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
}

export function failureText(error: unknown, withStack: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const text = listenFailure(error) ?? error.message;
  return withStack && error.stack !== undefined ? `${text}\n${error.stack}` : text;
}

function listenFailure({ code, syscall, address, port }: ListenError): string | undefined {
  const cure = syscall === 'listen' && code !== undefined ? LISTEN_CURES[code] : undefined;
  return cure === undefined ? undefined : `cannot listen: ${address}:${port} ${cure}`;
}
