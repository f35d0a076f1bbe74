/**
 * TLS listeners. A client's certificate, where one is asked for, must come from the given authority: one from elsewhere ends the
 * connection, and nothing of an unverified one is ever shown to anybody. TLS 1.2 is the oldest version that is spoken.
 */
import { X509Certificate } from 'node:crypto';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { attach, type Listener, listen, SOCKET_OPTIONS } from './socket.ts';
import type { Accept, PeerCertificate } from './transport.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface TlsListenerOptions {
  /** PEM: the certificate of this server, then those of the authorities between it and a root. */
  readonly certificate: Buffer;
  /** PEM. */
  readonly key: Buffer;
  /** Of an encrypted key. */
  readonly passphrase?: string;
  /** undefined: clients are not asked for certificates. */
  readonly clients?: {
    /** PEM: the authorities whose certificates are good; no other is, not even the public ones. */
    readonly authorities: Buffer;
    /** Whether a client without a certificate is refused. */
    readonly required: boolean;
  };
  /** Connections at once, those that are still in their handshake included; more are closed as they come. */
  readonly connectionsMax: number;
}

/** Listens on `host`; port 0 picks a free one. Rejects with a message that names the address, or what is wrong with the keys. */
export async function listenTls(
  host: string,
  port: number,
  options: TlsListenerOptions,
  accept: Accept,
): Promise<Listener> {
  const server = createTlsServer(options, (socket) => {
    const verified = socket.authorized ? peerCertificate(socket) : undefined;
    if (verified === undefined && socket.getPeerX509Certificate() !== undefined) socket.destroy();
    else attach(socket, accept, verified);
  });
  server.maxConnections = options.connectionsMax;
  return listen(server, host, port);
}

function createTlsServer(options: TlsListenerOptions, secured: (socket: TLSSocket) => void) {
  const { certificate, key, passphrase, clients } = options;
  try {
    // Node takes what is no certificate for an empty list of authorities.
    if (clients !== undefined) new X509Certificate(clients.authorities);
    return createServer(
      {
        ...SOCKET_OPTIONS,
        cert: certificate,
        key,
        ...(passphrase === undefined ? {} : { passphrase }),
        ...(clients === undefined ? {} : verification(clients)),
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      },
      secured,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot use the TLS certificates and the key: ${reason}`);
  }
}

function verification({ authorities, required }: NonNullable<TlsListenerOptions['clients']>): TlsOptions {
  return { ca: authorities, requestCert: true, rejectUnauthorized: required };
}

function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const names = socket.getPeerCertificate().subject?.CN ?? [];
  return { distinguishedName: distinguishedName(certificate.subject ?? ''), commonName: [names].flat().join(',') };
}

/**
 * Node writes a subject in the order of the certificate, a line to each part, escaped as RFC 4514 wants it; that
 * standard has the parts the other way round.
 */
function distinguishedName(subject: string): string {
  const parts = subject.split('\n').map((part) => part.replaceAll(' + ', '+'));
  return parts.reverse().join(',');
}
