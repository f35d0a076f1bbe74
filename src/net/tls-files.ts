/** Reads the PEM files that a TLS listener needs. What can't be read is told with the path, as it is an operator's mistake. */
import { readFile } from 'node:fs/promises';

export interface TlsFilePaths {
  readonly tlsCertificate: string;
  readonly tlsKey: string;
  readonly tlsAuthorities: string | undefined;
}

export interface TlsFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly authorities: Buffer | undefined;
}

/** Rejects with a message that names the file. */
export async function readTlsFiles({ tlsCertificate, tlsKey, tlsAuthorities }: TlsFilePaths): Promise<TlsFiles> {
  return {
    certificate: await read(tlsCertificate),
    key: await read(tlsKey),
    authorities: tlsAuthorities === undefined ? undefined : await read(tlsAuthorities),
  };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot read the TLS file ${path}: ${(error as Error).message}`);
  }
}
