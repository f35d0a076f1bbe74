/**
 * One client connection (AMQP 0-9-1 §2.2.4).
 *
 *   header   -- the protocol header ----------> starting    (another header: ours is sent, and the connection ends)
 *   starting -- start-ok, login accepted -----> tuning
 *   tuning   -- tune-ok within limits --------> opening
 *   opening  -- open, vhost accessible -------> running
 *   running  -- client's close ---------------> over, after close-ok
 *   any      -- an error of the connection ---> closing     (bytes that can't be followed any more: over)
 *   closing  -- close-ok, close, the deadline -> over
 *   any      -- the socket is gone -----------> over
 *
 * Frames are handled one after the other. A reply that promises durability holds up the further input of its channel until the
 * watermark has passed, and that of the others when a frame for that channel comes; deliveries and confirms go on leaving meanwhile. Reading pauses while the client leaves answers unread, while
 * too many confirms wait, and for publishers while the disk is behind or full.
 */
import type { Timer } from '../../base/clock.ts';
import { DomainError } from '../../base/errors.ts';
import { DecodeError } from '../../base/schema/errors.ts';
import type { Transport, TransportHandler } from '../../net/transport.ts';
import { Channels, type ReplyPort } from './channels.ts';
import { AmqpError, amqpErrorOf, methodOfFrame } from './errors.ts';
import { type Answer, type Reply, reply } from './handler.ts';
import { checkVhost, logIn, loginRefusal, startMethod, type Tuned, tune, tuneMethod } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import { HeldReplies } from './held-replies.ts';
import { Output } from './output.ts';
import { FrameType } from './protocol/constants.ts';
import { FrameError } from './protocol/errors.ts';
import { FrameReader } from './protocol/frame-reader.ts';
import { type DecodedMethod, decodeMethod, type MethodInput, type MethodName } from './protocol/methods.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import { PublisherGate } from './publisher-gate.ts';
import type { AmqpServices } from './services.ts';
import { capabilitiesOf, hasCapability, type Login, Session } from './session.ts';

/** The server's side. */
export interface ConnectionHost {
  readonly services: AmqpServices;
  /** Open connections to a vhost. */
  connectionCount(vhost: string): number;
  /** Asks for a `flush` at the end of this turn. */
  schedule(connection: Connection): void;
  /** Asks for a call of `becameDurable` when the watermark moves. */
  awaitDurable(connection: Connection): void;
  /** Asks for a call of `checkSpace` when there may be room on the disk. */
  awaitSpace(connection: Connection): void;
  closed(connection: Connection): void;
}

export interface Running {
  readonly name: 'running';
  readonly session: Session;
  readonly tuned: Tuned;
  readonly channels: Channels;
}

type State =
  | { readonly name: 'header' }
  | { readonly name: 'starting' }
  | { readonly name: 'tuning'; readonly login: Login }
  | { readonly name: 'opening'; readonly login: Login; readonly tuned: Tuned }
  | Running
  | { readonly name: 'closing'; readonly deadline: Timer }
  | { readonly name: 'over' };

/** How long a client has to answer our close. */
const CLOSE_TIMEOUT_MS = 10_000;

export class Connection implements TransportHandler, ReplyPort {
  readonly id: string;
  readonly transport: Transport;
  readonly connectedAtMs: number;
  readonly output: Output;
  receivedBytes = 0;
  readonly #host: ConnectionHost;
  readonly #services: AmqpServices;
  readonly #frames: FrameReader;
  readonly #heartbeat: Heartbeat;
  readonly #gate: PublisherGate;
  readonly #handshakeDeadline: Timer;
  #state: State = { name: 'header' };
  readonly #heldReplies = new HeldReplies();
  /** A handler answers later. */
  #isBusy = false;
  #isHandling = false;
  #isPaused = false;
  /** It publishes, and the gate was open when it began to. */
  #isLetIn = false;
  /** The node is stopping: nothing that comes has any effect. */
  #isFrozen = false;

  constructor(id: string, transport: Transport, host: ConnectionHost) {
    const { clock, settings, pressure, congestion } = host.services;
    this.id = id;
    this.transport = transport;
    this.connectedAtMs = clock.nowMs();
    this.output = new Output(transport, () => host.schedule(this));
    this.#host = host;
    this.#services = host.services;
    this.#frames = new FrameReader(settings.frameBytesMax);
    this.#heartbeat = new Heartbeat(clock, {
      sentBytes: () => this.output.sentBytes,
      receivedBytes: () => this.receivedBytes,
      isReading: () => !this.#isPaused,
      send: () => this.#sendHeartbeat(),
      dead: () => this.#cut('missed heartbeats from its client'),
    });
    this.#gate = new PublisherGate(pressure, congestion, {
      opened: () => this.#handleFrames(),
      awaitSpace: () => host.awaitSpace(this),
      tellBlocked: () => this.#tellBlocked('connection.blocked', { reason: 'low on disk' }),
      tellUnblocked: () => this.#tellBlocked('connection.unblocked', {}),
    });
    this.#handshakeDeadline = clock.setTimer(settings.handshakeTimeoutMs, () => this.#cut('was not opened in time'));
  }

  /** What is open in it; undefined before and after. */
  get running(): Running | undefined {
    return this.#state.name === 'running' ? this.#state : undefined;
  }

  get stateName(): State['name'] | 'blocked' {
    return this.#gate.isBlocked ? 'blocked' : this.#state.name;
  }

  data(chunk: Buffer): void {
    if (this.#state.name === 'over') return;
    this.receivedBytes += chunk.length;
    this.#frames.push(chunk);
    this.#handleFrames();
    this.#frames.keep();
  }

  drained(): void {
    this.output.drained();
    this.#relieve();
    this.#handleFrames();
  }

  closed(): void {
    this.#leave();
    this.#host.closed(this);
  }

  /** Sends what was written in this turn, and the confirms that may leave. */
  flush(): void {
    this.#releaseConfirms();
    this.output.flush();
    this.#relieve();
    if (this.#isPaused) this.#handleFrames();
  }

  /** The watermark has moved. */
  becameDurable(): void {
    this.#releaseConfirms();
    this.#heldReplies.release(this.#services.durability.durable, (channel, held) => this.#send(channel, held));
    if (!this.#heldReplies.isEmpty) this.#host.awaitDurable(this);
    this.output.flush();
    this.#handleFrames();
  }

  checkSpace(): void {
    this.#gate.checkSpace();
  }

  /** Closes for a reason that lies with the node or its operator. */
  close(reason: string): void {
    this.#closeWith(new AmqpError(ReplyCode.CONNECTION_FORCED, reason));
  }

  /** The node is about to stop: what clients send has no effect any more, nor has their going. */
  freeze(): void {
    this.#isFrozen = true;
    this.#setPaused(true);
  }

  /** The node stops: tells the client, and ends the connection after what may still be sent. */
  shutDown(reason: string): void {
    if (this.#state.name === 'over') return;
    this.#releaseConfirms();
    this.#writeClose(new AmqpError(ReplyCode.CONNECTION_FORCED, reason));
    this.#end();
  }

  destroy(): void {
    this.transport.destroy();
  }

  // Replies.

  reply(channel: number, reply: Reply, waitsForDurable: boolean): void {
    const { appended, durable } = this.#services.durability;
    if (waitsForDurable && appended > durable) {
      this.#heldReplies.hold(channel, reply, appended);
      this.#host.awaitDurable(this);
    } else this.#send(channel, reply);
  }

  later(promise: Promise<Answer>, use: (answer: Answer) => void): void {
    this.#isBusy = true;
    promise
      .then((answer) => {
        if (this.#state.name !== 'over') use(answer);
      })
      .catch((error) => this.#failed(error, undefined))
      .finally(() => {
        this.#isBusy = false;
        this.#handleFrames();
      });
  }

  #send(channel: number, { method, arguments: given, then }: Reply): void {
    this.output.writer.method(channel, method, given);
    this.output.wrote();
    then?.();
  }

  // Input.

  /** Handles whole frames until there is none, or a reason to pause. Reentrant calls do nothing: the loop is on. */
  #handleFrames(): void {
    if (this.#isHandling || this.#isFrozen) return;
    this.#isHandling = true;
    while (!this.#isNextHeld && (this.#isMidContent || !this.#mustPause()) && this.#handleNext());
    this.#isHandling = false;
    this.#setPaused(this.#isNextHeld || this.#mustPause());
  }

  /** The next frame is for a channel whose last one was not answered yet; after close all are. */
  get #isNextHeld(): boolean {
    const held = this.#heldReplies;
    if (held.isEmpty) return false;
    const channel = this.#frames.nextChannel();
    return held.has(0) || (channel !== undefined && held.has(channel));
  }

  /** A message has begun to come: it is taken as a whole, which its largest size bounds. Not the first that finds the gate closed. */
  get #isMidContent(): boolean {
    return this.#isLetIn && this.#state.name === 'running' && this.#state.channels.isMidContent;
  }

  #mustPause(): boolean {
    if (this.#isBusy || this.output.isFull) return true;
    const session = this.running?.session;
    if (session === undefined || !session.hasPublished) return false;
    if (session.isHeldBack) {
      session.isHeldBack = false;
      this.#gate.holdBack();
    }
    const isOpen = !session.isConfirmsFull && this.#gate.isOpen();
    if (isOpen) this.#isLetIn = true;
    return !isOpen;
  }

  #setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused || this.#state.name === 'over') return;
    this.#isPaused = isPaused;
    if (isPaused) this.transport.pause();
    else this.transport.resume();
  }

  /** False: there is nothing more to handle. */
  #handleNext(): boolean {
    const state = this.#state;
    let method: MethodName | undefined;
    try {
      if (state.name === 'header') return this.#readHeader();
      if (state.name === 'over' || !this.#frames.next()) return false;
      const { type, channel } = this.#frames;
      if (channel !== 0 && state.name === 'running') state.channels.frame(this.#frames);
      else if (channel === 0 && type === FrameType.METHOD) {
        const request = decodeMethod(this.#frames.bytes, this.#frames.start, this.#frames.end);
        method = request.method;
        this.#handleMethod(request);
      } else if (state.name !== 'closing') this.#checkHeartbeat(state.name);
    } catch (error) {
      this.#failed(error, method);
    }
    return true;
  }

  /** Nothing else is left that the frame may be. @throws AmqpError */
  #checkHeartbeat(stateName: State['name']): void {
    const { type, channel, start, end } = this.#frames;
    if (channel !== 0 || type !== FrameType.HEARTBEAT) {
      throw new AmqpError(ReplyCode.UNEXPECTED_FRAME, `frame of type ${type} on channel ${channel} while ${stateName}`);
    }
    if (end > start) throw new AmqpError(ReplyCode.FRAME_ERROR, `a heartbeat with ${end - start} bytes of payload`);
  }

  #readHeader(): boolean {
    const header = this.#frames.protocolHeader();
    if (header === undefined) return false;
    if (header === 'accepted') {
      this.#state = { name: 'starting' };
      this.#tell('connection.start', startMethod(this.transport, this.#services));
      return true;
    }
    this.output.writer.protocolHeader();
    this.#end();
    return false;
  }

  #handleMethod(request: DecodedMethod): void {
    const state = this.#state;
    if (state.name === 'closing') {
      if (request.method === 'connection.close') this.#tell('connection.close-ok', {});
      if (request.method === 'connection.close' || request.method === 'connection.close-ok') this.#end();
    } else if (request.method === 'connection.start-ok' && state.name === 'starting') this.#startOk(request);
    else if (request.method === 'connection.tune-ok' && state.name === 'tuning') this.#tuneOk(request, state.login);
    else if (request.method === 'connection.open' && state.name === 'opening') this.#open(request, state);
    else if (request.method === 'connection.close') this.#closeOk();
    else if (request.method === 'connection.update-secret' && state.name === 'running')
      this.#updateSecret(request, state);
    else throw new AmqpError(ReplyCode.CHANNEL_ERROR, `unexpected method in connection state ${state.name}`);
  }

  #startOk(request: DecodedMethod<'connection.start-ok'>): void {
    try {
      this.#state = { name: 'tuning', login: logIn(request, this.transport, this.#services) };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#refuseLogin(request, error.message);
      return;
    }
    this.#tell('connection.tune', tuneMethod(this.#services.settings));
  }

  #refuseLogin({ mechanism, clientProperties }: DecodedMethod<'connection.start-ok'>, reason: string): void {
    this.#services.logger.warn({ client: this.transport.remoteAddress, mechanism, reason }, 'refused an AMQP login');
    const wantsToKnow = hasCapability(capabilitiesOf(clientProperties), 'authentication_failure_close');
    if (wantsToKnow) this.#closeWith(loginRefusal(mechanism));
    else this.#end();
  }

  #tuneOk(request: DecodedMethod<'connection.tune-ok'>, login: Login): void {
    const tuned = tune(request, this.#services.settings);
    this.#frames.frameMax = tuned.frameMax;
    this.output.writer.frameMax = tuned.frameMax;
    this.#heartbeat.start(tuned.heartbeatMs);
    this.#state = { name: 'opening', login, tuned };
  }

  #open(
    { virtualHost }: DecodedMethod<'connection.open'>,
    { login, tuned }: Extract<State, { name: 'opening' }>,
  ): void {
    checkVhost(virtualHost, login.user.name, this.#services, () => this.#host.connectionCount(virtualHost));
    this.#services.usage.openConnection(login.user.name);
    const session = new Session(this.#services, this.output, login, virtualHost, this.id);
    this.#state = { name: 'running', session, tuned, channels: new Channels(session, tuned.channelMax, this) };
    this.#handshakeDeadline.cancel();
    this.#tell('connection.open-ok', {});
  }

  /** Only a password can be new; whoever has another one now must say it (RabbitMQ's extension). */
  #updateSecret({ newSecret }: DecodedMethod<'connection.update-secret'>, { session }: Running): void {
    try {
      const credentials = { type: 'password', username: session.userName, password: newSecret } as const;
      this.#services.security.login(credentials, this.transport.remoteAddress);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new AmqpError(ReplyCode.NOT_ALLOWED, 'New secret was refused by one of the backends');
    }
    this.#tell('connection.update-secret-ok', {});
  }

  // The end.

  /** Before close-ok everything is durable that was published on the connection, and what it owned is gone. */
  #closeOk(): void {
    this.running?.channels.quiesce();
    if (this.running !== undefined) this.#services.catalog.removeExclusive(this.id);
    this.reply(
      0,
      reply('connection.close-ok', {}, () => this.#end()),
      true,
    );
  }

  #failed(cause: unknown, method: MethodName | undefined): void {
    if (this.#state.name !== 'closing') {
      const { type, bytes, start, end } = this.#frames;
      const failed = cause instanceof DecodeError ? methodOfFrame(type, bytes, start, end) : undefined;
      const error = amqpErrorOf(cause, method ?? failed) ?? this.#internalError(cause);
      const { user, vhost } = this.#names;
      const client = this.transport.remoteAddress;
      this.#services.logger.warn({ client, user, vhost, reason: error.replyText }, 'closed an AMQP connection');
      this.#closeWith(error);
    }
    // What follows a broken frame can't be understood.
    if (cause instanceof FrameError) this.#end();
  }

  #internalError(cause: unknown): AmqpError {
    const { message, stack } = cause instanceof Error ? cause : new Error(String(cause));
    const client = this.transport.remoteAddress;
    this.#services.logger.error({ client, reason: message }, 'a request of an AMQP connection failed inside');
    this.#services.logger.debug({ client, stack }, 'where it failed');
    return new AmqpError(ReplyCode.INTERNAL_ERROR, 'the request failed inside the broker');
  }

  get #names(): { user: string | undefined; vhost: string | undefined } {
    const session = this.running?.session;
    return { user: session?.userName, vhost: session?.vhost };
  }

  #closeWith(error: AmqpError): void {
    if (this.#state.name === 'over' || this.#state.name === 'closing') return;
    this.#writeClose(error);
    this.#leave();
    const deadline = this.#services.clock.setTimer(CLOSE_TIMEOUT_MS, () => this.#cut('did not answer its close'));
    this.#state = { name: 'closing', deadline };
    this.#handleFrames();
  }

  #writeClose({ code, replyText, classId, methodId }: AmqpError): void {
    if (this.#state.name !== 'header') {
      this.#tell('connection.close', { replyCode: code, replyText, classId, methodId });
    }
  }

  /** Sends what is written and closes. */
  #end(): void {
    this.#leave();
    this.output.flush();
    this.transport.end();
    // Whoever does not read does not see the other end close either.
    if (this.#isPaused) this.transport.resume();
  }

  #cut(reason: string): void {
    this.#services.logger.warn({ client: this.transport.remoteAddress, reason }, 'cut an AMQP connection');
    this.transport.destroy();
  }

  /** Lets go of everything outside of the connection. Nothing of it is left afterwards but the socket. */
  #leave(): void {
    const state = this.#state;
    this.#state = { name: 'over' };
    this.#handshakeDeadline.cancel();
    this.#heartbeat.stop();
    this.#heldReplies.clear();
    if (state.name === 'closing') state.deadline.cancel();
    if (state.name !== 'running' || this.#isFrozen) return;
    state.channels.release();
    this.#services.catalog.removeExclusive(this.id);
    this.#services.usage.closeConnection(state.session.userName);
  }

  #releaseConfirms(): void {
    const session = this.running?.session;
    if (session === undefined || !session.isConfirming) return;
    session.releaseConfirms(this.#services.durability.durable);
    if (session.isConfirming) this.#host.awaitDurable(this);
  }

  #relieve(): void {
    const running = this.running;
    if (running === undefined || !running.session.hasCongested || this.output.isCongested) return;
    running.session.hasCongested = false;
    for (const channel of running.channels.all()) channel.deliveries.relieved();
  }

  #tellBlocked<N extends 'connection.blocked' | 'connection.unblocked'>(method: N, given: MethodInput<N>): void {
    if (this.running?.session.understands('connection.blocked') === true) this.#tell(method, given);
  }

  /** Writes a method of the connection itself. */
  #tell<N extends MethodName>(method: N, methodArguments: MethodInput<N>): void {
    this.output.writer.method(0, method, methodArguments);
    this.output.wrote();
  }

  #sendHeartbeat(): void {
    this.output.writer.heartbeat();
    this.output.wrote();
  }
}
