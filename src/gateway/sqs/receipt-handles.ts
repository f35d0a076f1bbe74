/**
 * Receipt handles: which message of which queue was received, and for which time, in a text that clients cannot make up or
 * change. 16 bytes say it and 8 bytes prove that this node (or one with the same secret) said it; base64url of both has 32
 * characters. A handle of another queue is as good as one that is made up: that is for the handler to find out.
 */
import { hash } from 'node:crypto';
import { newSipHash16, type SipHash16 } from '../../base/siphash.ts';
import { AwsError, echoed, missingParameter } from './protocol/aws-error.ts';

export interface Receipt {
  /** Below 2^48, as is `messageId`. */
  readonly queueId: number;
  /** What the queue knows the message by, not the `MessageId` that clients know it by. */
  readonly messageId: number;
  /** Below 2^32. */
  readonly receiveCount: number;
}

const RECEIPT_BYTES = 16;
const HANDLE_BYTES = 24;
const HANDLE = /^[\w-]{32}$/;

export class ReceiptHandles {
  readonly #mac: SipHash16;
  readonly #scratch = Buffer.alloc(HANDLE_BYTES);

  /** @param secret of the node, of any length. Who has it can make handles. */
  constructor(secret: Buffer) {
    this.#mac = newSipHash16(hash('sha256', secret, 'buffer').subarray(0, 16));
  }

  encode({ queueId, messageId, receiveCount }: Receipt): string {
    const bytes = this.#scratch;
    bytes.writeUIntBE(queueId, 0, 6);
    bytes.writeUIntBE(messageId, 6, 6);
    bytes.writeUInt32BE(receiveCount, 12);
    const { low, high } = this.#mac(bytes, 0);
    bytes.writeUInt32BE(high, RECEIPT_BYTES);
    bytes.writeUInt32BE(low, RECEIPT_BYTES + 4);
    return bytes.toString('base64url');
  }

  /** Throws `AwsError`: `ReceiptHandleIsInvalid` for what was never a handle of this node. */
  decode(handle: string): Receipt {
    if (handle === '') throw missingParameter('ReceiptHandle');
    if (!HANDLE.test(handle)) throw invalidHandle(handle);
    const bytes = this.#scratch;
    bytes.write(handle, 'base64url');
    const { low, high } = this.#mac(bytes, 0);
    if (bytes.readUInt32BE(RECEIPT_BYTES) !== high || bytes.readUInt32BE(RECEIPT_BYTES + 4) !== low) {
      throw invalidHandle(handle);
    }
    return {
      queueId: bytes.readUIntBE(0, 6),
      messageId: bytes.readUIntBE(6, 6),
      receiveCount: bytes.readUInt32BE(12),
    };
  }
}

function invalidHandle(handle: string): AwsError {
  return new AwsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${echoed(handle)}" is not a valid receipt handle.`,
  );
}
