/**
 * The channels of one open connection: which there are, and what becomes of the frames that come for them. An error of a channel
 * closes it; errors of the connection, and errors of ours, are the caller's.
 */
import { DecodeError } from '../../base/schema/errors.ts';
import { Channel } from './channel.ts';
import { AmqpError, amqpErrorOf, methodOfFrame } from './errors.ts';
import { type Answer, type AnyHandler, type Reply, reply } from './handler.ts';
import { HANDLERS } from './handlers.ts';
import { FrameType } from './protocol/constants.ts';
import type { FrameReader } from './protocol/frame-reader.ts';
import { type DecodedMethod, decodeMethod, type MethodName } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { Session } from './session.ts';

/** What the reader has found. */
type Frame = Pick<FrameReader, 'type' | 'channel' | 'bytes' | 'start' | 'end' | 'isLent'>;

/** The connection's side: it writes the replies. */
export interface ReplyPort {
  /** @param waitsForDurable the reply leaves when everything is durable that is appended now */
  reply(channel: number, reply: Reply, waitsForDurable: boolean): void;
  /** Nothing more is handled until the promise has settled and `use` has returned. */
  later(promise: Promise<Answer>, use: (answer: Answer) => void): void;
}

export class Channels {
  readonly #byNumber = new Map<number, Channel>();
  readonly #session: Session;
  readonly #max: number;
  readonly #port: ReplyPort;
  /** The channel of the last frame: the next one is mostly for it too. */
  #last: Channel | undefined;
  /** The method that is being handled, for errors to name. */
  #method: MethodName | undefined;

  constructor(session: Session, channelMax: number, port: ReplyPort) {
    this.#session = session;
    this.#max = channelMax;
    this.#port = port;
  }

  all(): IterableIterator<Channel> {
    return this.#byNumber.values();
  }

  get count(): number {
    return this.#byNumber.size;
  }

  /** @throws AmqpError that closes the connection; DecodeError of a method on no channel; any error of ours */
  frame(frame: Frame): void {
    const { channel: number } = frame;
    const channel = this.#last?.number === number ? this.#last : this.#byNumber.get(number);
    if (channel === undefined) {
      this.#open(frame);
      return;
    }
    this.#last = channel;
    try {
      if (channel.isClosing) this.#ignore(channel, frame);
      else this.#handle(channel, frame);
    } catch (error) {
      this.#failed(channel, error, frame);
    }
  }

  #handle(channel: Channel, frame: Frame): void {
    if (frame.type === FrameType.METHOD) this.#handleMethod(channel, frame);
    else {
      this.#method = channel.content.isIdle ? undefined : 'basic.publish';
      if (frame.type === FrameType.HEADER) channel.content.header(frame.bytes, frame.start, frame.end);
      else if (frame.type === FrameType.BODY) channel.content.body(frame.bytes, frame.start, frame.end, frame.isLent);
      else this.#strayHeartbeat(channel.number);
    }
  }

  #strayHeartbeat(number: number): never {
    this.#method = undefined;
    throw new AmqpError(ReplyCode.UNEXPECTED_FRAME, `heartbeat on channel ${number}`);
  }

  #handleMethod(channel: Channel, { bytes, start, end }: Frame): void {
    channel.content.checkIdle();
    const repeated = channel.lastPublish.again(bytes, start, end);
    if (repeated !== undefined) {
      this.#method = 'basic.publish';
      channel.content.begin(repeated);
      return;
    }
    this.#method = undefined;
    const request = decodeMethod(bytes, start, end);
    this.#method = request.method;
    switch (request.method) {
      case 'basic.publish':
        this.#session.hasPublished = true;
        channel.lastPublish.keep(bytes, start, end, request);
        channel.content.begin(request);
        break;
      case 'channel.open':
        throw new AmqpError(ReplyCode.CHANNEL_ERROR, "second 'channel.open' seen");
      case 'channel.close':
        this.#close(channel);
        break;
      default:
        this.#dispatch(channel, request);
    }
  }

  #dispatch(channel: Channel, request: DecodedMethod): void {
    const handler = HANDLERS.get(request.method);
    if (handler === undefined) throw new AmqpError(ReplyCode.COMMAND_INVALID, 'unimplemented method');
    const answer = handler.handle(request, channel);
    if (answer === undefined) return;
    if (answer instanceof Promise) this.#port.later(answer, (later) => this.#answer(channel, request, handler, later));
    else this.#answer(channel, request, handler, answer);
  }

  #answer(channel: Channel, request: DecodedMethod, { waitsFor }: AnyHandler, answer: Answer): void {
    if (answer === undefined || channel.isClosing) return;
    if ('nowait' in request && request.nowait) answer.then?.();
    else this.#port.reply(channel.number, answer, waitsFor === 'durable' && answer.isVolatile !== true);
  }

  /** The content of the last channel is not complete: its next frame belongs to the same message. */
  get isMidContent(): boolean {
    return this.#last !== undefined && !this.#last.content.isIdle;
  }

  #open({ type, channel: number, bytes, start, end }: Frame): void {
    if (type === FrameType.HEARTBEAT) this.#strayHeartbeat(number);
    const request = type === FrameType.METHOD ? decodeMethod(bytes, start, end) : undefined;
    if (request?.method !== 'channel.open') {
      throw new AmqpError(ReplyCode.CHANNEL_ERROR, "expected 'channel.open'", request?.method);
    }
    const { usage, totals } = this.#session.services;
    if (this.#byNumber.size >= this.#max) {
      const text = `number of channels opened (${this.#byNumber.size}) has reached the negotiated channel_max (${this.#max})`;
      throw new AmqpError(ReplyCode.NOT_ALLOWED, text);
    }
    usage.openChannel(this.#session.userName);
    totals.channelsOpened += 1;
    this.#byNumber.set(number, new Channel(number, this.#session));
    this.#port.reply(number, reply('channel.open-ok', {}), false);
  }

  /** Before close-ok everything is durable that was published on the channel, and its confirms have left. */
  #close(channel: Channel): void {
    channel.release();
    this.#port.reply(
      channel.number,
      reply('channel.close-ok', {}, () => this.#remove(channel)),
      true,
    );
  }

  /** Only the end of the channel matters after we have closed it (AMQP 0-9-1 §1.5.2.5). */
  #ignore(channel: Channel, { type, bytes, start, end }: Frame): void {
    if (type !== FrameType.METHOD) return;
    const { method } = decodeMethod(bytes, start, end);
    if (method === 'channel.close-ok') this.#remove(channel);
    else if (method === 'channel.close') this.#port.reply(channel.number, reply('channel.close-ok', {}), false);
  }

  #remove(channel: Channel): void {
    this.#byNumber.delete(channel.number);
    if (this.#last === channel) this.#last = undefined;
    this.#ended(channel);
  }

  #failed(channel: Channel, cause: unknown, { type, bytes, start, end }: Frame): void {
    const failed = cause instanceof DecodeError ? methodOfFrame(type, bytes, start, end) : undefined;
    const error = amqpErrorOf(cause, this.#method ?? failed);
    if (error === undefined) throw cause;
    if (error.closesConnection) throw error;
    this.close(channel, error);
  }

  /** Closes a channel for what its client has done, or has failed to do. */
  close(channel: Channel, error: AmqpError): void {
    const { replyText, code, classId, methodId } = error;
    const { output, userName, vhost, services } = this.#session;
    services.logger.warn(
      { user: userName, vhost, channel: channel.number, reason: replyText },
      'closed an AMQP channel',
    );
    channel.isClosing = true;
    channel.release();
    output.writer.method(channel.number, 'channel.close', { replyCode: code, replyText, classId, methodId });
    output.wrote();
  }

  /** Ends what the channels are about, but for the confirms that are due. */
  quiesce(): void {
    for (const channel of this.#byNumber.values()) channel.release();
  }

  /** Ends all of them without a word. */
  release(): void {
    for (const channel of this.#byNumber.values()) {
      channel.isClosing = true;
      channel.release();
      this.#ended(channel);
    }
    this.#byNumber.clear();
    this.#last = undefined;
  }

  #ended({ deliveries }: Channel): void {
    const { services, userName, vhost } = this.#session;
    services.usage.closeChannel(userName);
    services.totals.channelEnded(vhost, deliveries.stats);
  }
}
