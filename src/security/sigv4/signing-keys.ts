/** Keys to sign with, derived from a secret for one day, region and service. The latest are kept, up to a bound. */
import { createHmac } from 'node:crypto';

const KEYS_MAX = 64;

export class SigningKeys {
  readonly #keys = new Map<string, { readonly secret: string; readonly key: Buffer }>();

  /** @param scope `20150830/us-east-1/sqs/aws4_request` */
  get(accessKeyId: string, secret: string, scope: string): Buffer {
    const id = `${scope}/${accessKeyId}`;
    const known = this.#keys.get(id);
    if (known?.secret === secret) return known.key;
    const key = derive(secret, scope);
    this.#keys.delete(id);
    this.#keys.set(id, { secret, key });
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > KEYS_MAX && oldest !== undefined) this.#keys.delete(oldest);
    return key;
  }
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function derive(secret: string, scope: string): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = hmac(key, part);
  return key;
}
