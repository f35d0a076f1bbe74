/**
 * Signature version 4, the side that checks: in the header or presigned in the query string. A request is accepted if it was
 * signed with the secret of its access key, for this service, within the allowed time, and with the body that came.
 * `UNSIGNED-PAYLOAD` is accepted as the hash of any body. Nothing is remembered of requests, so that one can be sent again
 * while it is valid, as with the original. Session tokens are handed on unread.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { formatAmzDate } from './amz-date.ts';
import { canonicalRequest } from './canonical-request.ts';
import { ALGORITHM, type SignatureParameters, signatureParameters } from './signature-parameters.ts';
import { type SignedRequest, signedHeaderValue } from './signed-request.ts';
import { hmac, SigningKeys } from './signing-keys.ts';
import { SigV4Error } from './sigv4-error.ts';

export interface SigV4Settings {
  readonly service: string;
  /** The only region that signatures may name; undefined: any. */
  readonly region: string | undefined;
  readonly clockSkewMs: number;
}

export interface VerifiedRequest {
  readonly accessKeyId: string;
  readonly region: string;
  readonly sessionToken: string | undefined;
}

/** By access key; undefined if there is none. */
export type SecretOf = (accessKeyId: string) => string | undefined;

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** What says which operation is wanted must be signed. */
const SIGNED_IF_PRESENT = ['x-amz-target'];

export class SigV4Verifier {
  readonly #keys = new SigningKeys();

  constructor(
    private readonly settings: SigV4Settings,
    private readonly secretOf: SecretOf,
  ) {}

  /** Throws `SigV4Error`. */
  verify(request: SignedRequest, nowMs: number): VerifiedRequest {
    const parameters = signatureParameters(request);
    this.#checkScope(parameters);
    this.#checkTime(parameters, nowMs);
    checkSignedHeaders(request, parameters.signedHeaders);
    const { accessKeyId, region, sessionToken } = parameters;
    const secret = this.secretOf(accessKeyId);
    if (secret === undefined) {
      throw new SigV4Error('unknown_access_key', 'The security token included in the request is invalid.');
    }
    const expected = this.#signatureOf(request, parameters, secret);
    if (!equalSignatures(expected, parameters.signature)) throw new SigV4Error('mismatch', MISMATCH);
    return { accessKeyId, region, sessionToken };
  }

  #signatureOf(request: SignedRequest, parameters: SignatureParameters, secret: string): Buffer {
    const { accessKeyId, scope, date, signedHeaders } = parameters;
    const canonical = canonicalRequest(request, signedHeaders, payloadHash(request));
    const stringToSign = `${ALGORITHM}\n${date}\n${scope}\n${hash('sha256', canonical)}`;
    return hmac(this.#keys.get(accessKeyId, secret, scope), stringToSign);
  }

  #checkScope({ dateStamp, date, region, service }: SignatureParameters): void {
    if (service !== this.settings.service) {
      throw new SigV4Error('mismatch', `Credential should be scoped to correct service: '${this.settings.service}'.`);
    }
    if (this.settings.region !== undefined && region !== this.settings.region) {
      throw new SigV4Error('mismatch', 'Credential should be scoped to a valid region.');
    }
    if (dateStamp !== date.slice(0, 8)) {
      throw new SigV4Error(
        'mismatch',
        'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.',
      );
    }
  }

  #checkTime({ date, dateMs, expiresSeconds }: SignatureParameters, nowMs: number): void {
    const { clockSkewMs } = this.settings;
    const now = formatAmzDate(nowMs);
    const skew = `${Math.round(clockSkewMs / 60_000)} min.`;
    if (dateMs > nowMs + clockSkewMs) {
      const latest = formatAmzDate(nowMs + clockSkewMs);
      throw new SigV4Error(
        'mismatch',
        `Signature not yet current: ${date} is still later than ${latest} (${now} + ${skew})`,
      );
    }
    const validMs = expiresSeconds === undefined ? clockSkewMs : expiresSeconds * 1000;
    if (dateMs < nowMs - validMs) {
      const earliest = formatAmzDate(nowMs - validMs);
      const span = expiresSeconds === undefined ? skew : `${expiresSeconds} s`;
      throw new SigV4Error('mismatch', `Signature expired: ${date} is now earlier than ${earliest} (${now} - ${span})`);
    }
  }
}

function checkSignedHeaders(request: SignedRequest, signedHeaders: readonly string[]): void {
  if (!signedHeaders.includes('host')) throw new SigV4Error('mismatch', "'Host' must be a 'SignedHeader'.");
  const unsigned = SIGNED_IF_PRESENT.find(
    (name) => request.headers[name] !== undefined && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw new SigV4Error('mismatch', `'${unsigned}' must be a 'SignedHeader'.`);
}

function payloadHash(request: SignedRequest): string {
  const claimed = signedHeaderValue(request, 'x-amz-content-sha256');
  if (claimed === UNSIGNED_PAYLOAD) return claimed;
  const actual = hash('sha256', request.body);
  if (claimed !== undefined && claimed !== actual) {
    throw new SigV4Error('mismatch', "The header 'x-amz-content-sha256' is not the SHA-256 of the body.");
  }
  return actual;
}

/** In time that depends on nothing but the length of what was sent. */
function equalSignatures(expected: Buffer, sent: string): boolean {
  const bytes = /^[0-9a-f]{64}$/.test(sent) ? Buffer.from(sent, 'hex') : Buffer.alloc(0);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
