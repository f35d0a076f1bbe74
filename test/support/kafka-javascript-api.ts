/**
 * What the suites use of @confluentinc/kafka-javascript, in types: the package is not there when this project is
 * type-checked. `KafkaJS` is the API that promises, after kafkajs; the rest is the older one with callbacks.
 */

export type Settings = Readonly<Record<string, unknown>>;
export type Done<Result = void> = (error: ClientError | null | undefined, result: Result) => void;
type Headers = Readonly<Record<string, unknown>>;

export interface ClientError extends Error {
  readonly code: number;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}
/** The API with promises writes offsets as text. */
export type OffsetText = Place & { readonly offset: string };
export type Offset = Place & { readonly offset: number };

export interface SentMessage {
  readonly key?: string | null;
  readonly value: string | null;
  readonly partition?: number;
  readonly timestamp?: string;
  readonly headers?: Headers;
}

export interface SeenMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly offset: string;
  readonly timestamp: string;
  readonly headers?: Headers;
}

type TopicOffsets = {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
};

export interface PromisingProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(record: {
    readonly topic: string;
    readonly messages: readonly SentMessage[];
  }): Promise<{ readonly partition: number; readonly baseOffset?: string }[]>;
  transaction(): Promise<PromisingProducer>;
  sendOffsets(offsets: {
    readonly consumer: PromisingConsumer;
    readonly topics: readonly TopicOffsets[];
  }): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

type MessageAt = Place & { readonly message: SeenMessage };
type BatchAt = { readonly batch: Place & { readonly messages: readonly SeenMessage[] } };

export interface PromisingConsumer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: { readonly topics: readonly (string | RegExp)[] }): Promise<void>;
  run(handlers: {
    eachMessage?(payload: MessageAt): Promise<void>;
    eachBatch?(payload: BatchAt): Promise<void>;
  }): Promise<void>;
  assignment(): Place[];
  seek(offset: OffsetText): void;
  commitOffsets(offsets: readonly OffsetText[]): Promise<void>;
  committed(): Promise<OffsetText[]>;
}

interface GroupDescription {
  readonly groupId: string;
  readonly state: number;
  readonly members: readonly { readonly assignment: { readonly topicPartitions: readonly Place[] } }[];
}

export interface PromisingAdmin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  createTopics(options: { readonly topics: readonly NewTopic[] }): Promise<boolean>;
  deleteTopics(options: { readonly topics: readonly string[] }): Promise<void>;
  listTopics(): Promise<string[]>;
  fetchTopicMetadata(options: {
    readonly topics: readonly string[];
  }): Promise<{ readonly name: string; readonly partitions: readonly { readonly leader: number }[] }[]>;
  fetchTopicOffsets(
    topic: string,
  ): Promise<{ readonly partition: number; readonly high: string; readonly low: string }[]>;
  fetchTopicOffsetsByTimestamp(
    topic: string,
    timestamp: number,
  ): Promise<{ readonly partition: number; readonly offset: string }[]>;
  deleteTopicRecords(options: TopicOffsets): Promise<{ readonly partition: number; readonly lowWatermark: number }[]>;
  listGroups(options?: {
    readonly matchConsumerGroupStates: readonly number[];
  }): Promise<{ readonly groups: readonly { readonly groupId: string }[] }>;
  describeGroups(groups: readonly string[]): Promise<{ readonly groups: readonly GroupDescription[] }>;
  deleteGroups(groups: readonly string[]): Promise<{ readonly errorCode?: number }[]>;
  fetchOffsets(options: { readonly groupId: string; readonly topics: readonly string[] }): Promise<TopicOffsets[]>;
}

interface NewTopic {
  readonly topic: string;
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly configEntries?: readonly { readonly name: string; readonly value: string }[];
}

export interface PromisingKafka {
  admin(settings?: Settings): PromisingAdmin;
  producer(settings?: Settings): PromisingProducer;
  consumer(settings?: Settings): PromisingConsumer;
}

interface CallbackClient {
  connect(options: Settings, done: Done<unknown>): void;
  disconnect(done: Done<unknown>): void;
  isConnected(): boolean;
  getMetadata(
    options: { readonly topic: string },
    done: Done<{ readonly topics: readonly { readonly name: string; readonly partitions: readonly unknown[] }[] }>,
  ): void;
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeoutMs: number,
    done: Done<{ readonly lowOffset: number; readonly highOffset: number }>,
  ): void;
}

export type CallbackMessage = Offset & {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers?: readonly Headers[];
};

export interface CallbackProducer extends CallbackClient {
  produce(
    topic: string,
    partition: number | null,
    value: Buffer | null,
    key?: Buffer | string | null,
    timestamp?: number | null,
    opaque?: unknown,
    headers?: readonly Headers[],
  ): void;
  flush(timeoutMs: number, done: Done): void;
  setPollInBackground(isSet: boolean): void;
  on(event: 'delivery-report', listener: (error: ClientError | null, report: Offset) => void): void;
  initTransactions(timeoutMs: number, done: Done): void;
  beginTransaction(done: Done): void;
  commitTransaction(timeoutMs: number, done: Done): void;
  abortTransaction(timeoutMs: number, done: Done): void;
  sendOffsetsToTransaction(offsets: readonly Offset[], consumer: CallbackConsumer, timeoutMs: number, done: Done): void;
}

export interface CallbackConsumer extends CallbackClient {
  subscribe(topics: readonly string[]): void;
  assign(offsets: readonly Offset[]): void;
  assignments(): Place[];
  setDefaultConsumeTimeout(timeoutMs: number): void;
  consume(count: number, done: Done<CallbackMessage[]>): void;
  consume(): void;
  commitSync(offsets: readonly Offset[]): void;
  position(): Offset[];
  committed(partitions: readonly Place[], timeoutMs: number, done: Done<Offset[]>): void;
  offsetsForTimes(times: readonly Offset[], timeoutMs: number, done: Done<Offset[]>): void;
  on(event: 'data', listener: (message: CallbackMessage) => void): void;
  on(event: 'partition.eof', listener: (end: Offset) => void): void;
}

interface OffsetSpec {
  readonly timestamp: number;
}

export interface CallbackAdmin {
  createTopic(
    topic: {
      readonly topic: string;
      readonly num_partitions: number;
      readonly replication_factor: number;
      readonly config?: Settings;
    },
    timeoutMs: number,
    done: Done,
  ): void;
  deleteTopic(topic: string, timeoutMs: number, done: Done): void;
  createPartitions(topic: string, count: number, timeoutMs: number, done: Done): void;
  describeTopics(
    topics: readonly string[],
    options: Settings,
    done: Done<{ readonly name: string; readonly partitions: readonly unknown[]; readonly error?: ClientError }[]>,
  ): void;
  listOffsets(
    partitions: readonly (Place & { readonly offset: OffsetSpec })[],
    options: Settings,
    done: Done<Offset[]>,
  ): void;
  deleteRecords(
    offsets: readonly Offset[],
    options: Settings,
    done: Done<{ readonly lowWatermark: number; readonly error?: ClientError }[]>,
  ): void;
  listConsumerGroupOffsets(
    groups: readonly { readonly groupId: string }[],
    options: Settings,
    done: Done<{ readonly partitions: readonly Offset[] }[]>,
  ): void;
  disconnect(): void;
}

export interface KafkaJavascript {
  readonly librdkafkaVersion: string;
  readonly CODES: { readonly ERRORS: Readonly<Record<string, number>> };
  readonly OffsetSpec: Readonly<Record<'EARLIEST' | 'LATEST' | 'MAX_TIMESTAMP', OffsetSpec>>;
  readonly Producer: new (settings: Settings) => CallbackProducer;
  readonly KafkaConsumer: new (settings: Settings, topicSettings: Settings) => CallbackConsumer;
  readonly AdminClient: { create(settings: Settings): CallbackAdmin };
  readonly KafkaJS: {
    readonly Kafka: new (settings: Settings) => PromisingKafka;
    readonly CompressionTypes: Readonly<Record<string, string>>;
    readonly ConsumerGroupStates: Readonly<Record<'STABLE' | 'EMPTY', number>>;
    readonly ErrorCodes: Readonly<Record<string, number>>;
    readonly logLevel: Readonly<Record<'NOTHING', number>>;
  };
}
