/** An administrator: creates and deletes topics, adds partitions, deletes records. */
import {
  createPartitionsRequest,
  createPartitionsResponse,
} from '../../src/gateway/kafka/protocol/create-partitions.ts';
import { createTopicsRequest, createTopicsResponse } from '../../src/gateway/kafka/protocol/create-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/gateway/kafka/protocol/delete-records.ts';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/gateway/kafka/protocol/delete-topics.ts';
import { ErrorCode } from '../../src/gateway/kafka/protocol/error-codes.ts';
import { metadataRequest, metadataResponse } from '../../src/gateway/kafka/protocol/metadata.ts';
import type { Client } from './client.ts';
import { type Place, placeKey, Violation } from './history.ts';
import { plainProducer } from './producers.ts';

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const PARTITIONS_MAX = 5;

export interface Admin {
  createTopic(name: string, partitions: number, configs?: Readonly<Record<string, string>>): Promise<Place[]>;
  run(): Promise<void>;
}

/** @param places where the partitions of new topics are noted. */
export function createAdmin(client: Client, places: Place[]): Admin {
  const { history } = client.world;

  async function describe(name: string): Promise<Place[] | undefined> {
    const answer = await client.call(metadataRequest, metadataResponse, 12, {
      topics: [{ topicId: NO_ID, name }],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false,
    });
    const topic = answer.topics[0];
    if (topic === undefined || topic.errorCode !== ErrorCode.NONE) return undefined;
    return topic.partitions.map(({ partitionIndex: index }) => ({ topic: name, topicId: topic.topicId, index }));
  }

  async function createTopic(name: string, partitions: number, configs: Readonly<Record<string, string>> = {}) {
    const created = await client.insist(`creating ${name}`, async () => {
      const answer = await client.call(createTopicsRequest, createTopicsResponse, 7, {
        topics: [
          {
            name,
            numPartitions: partitions,
            replicationFactor: 1,
            assignments: [],
            configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
          },
        ],
      });
      const errorCode = answer.topics[0]?.errorCode ?? -1;
      // An attempt of which nothing was heard may have succeeded.
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS) {
        throw new Violation(`creating ${name} was refused with ${errorCode}`);
      }
      const found = await describe(name);
      if (found === undefined) throw new Violation(`${name} was created and is not there`);
      return found;
    });
    if (created.length !== partitions)
      throw new Violation(`${name} has ${created.length} partitions, not ${partitions}`);
    places.push(...created);
    return created;
  }

  async function deleteTopic(name: string, ofTopic: readonly Place[]): Promise<void> {
    for (const place of ofTopic) history.partition(placeKey(place)).mayBeDeleted = true;
    await client.insist(`deleting ${name}`, async () => {
      const answer = await client.call(deleteTopicsRequest, deleteTopicsResponse, 6, {
        topics: [{ name, topicId: NO_ID }],
        timeoutMs: 1000,
      });
      const errorCode = answer.responses[0]?.errorCode ?? -1;
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
        throw new Violation(`deleting ${name} was refused with ${errorCode}`);
      }
      if ((await describe(name)) !== undefined) throw new Violation(`${name} was deleted and is there`);
      return true;
    });
  }

  async function deleteRecords(place: Place): Promise<void> {
    const partition = history.partition(placeKey(place));
    const offset = client.random.below(partition.highWatermark + 1);
    partition.mayBeDeletedBelow = Math.max(partition.mayBeDeletedBelow, offset);
    await client.insist('deleting records', async () => {
      const answer = await client.call(deleteRecordsRequest, deleteRecordsResponse, 2, {
        topics: [{ name: place.topic, partitions: [{ partitionIndex: place.index, offset }] }],
        timeoutMs: 1000,
      });
      const answered = answer.topics[0]?.partitions[0];
      if (answered?.errorCode !== ErrorCode.NONE) {
        throw new Violation(`DeleteRecords below ${offset} was refused with ${answered?.errorCode}`);
      }
      if (answered.lowWatermark < offset)
        throw new Violation(`${offset} records deleted, ${answered.lowWatermark} told`);
      partition.deletedBelow = Math.max(partition.deletedBelow, offset);
      return true;
    });
  }

  async function addPartition(name: string): Promise<void> {
    const count = places.filter(({ topic }) => topic === name).length + 1;
    if (count > PARTITIONS_MAX) return;
    const grown = await client.insist(`growing ${name}`, async () => {
      const answer = await client.call(createPartitionsRequest, createPartitionsResponse, 3, {
        topics: [{ name, count, assignments: null }],
        timeoutMs: 1000,
        validateOnly: false,
      });
      const errorCode = answer.results[0]?.errorCode ?? -1;
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.INVALID_PARTITIONS) {
        throw new Violation(`growing ${name} was refused with ${errorCode}`);
      }
      return describe(name);
    });
    if (grown.length !== count) throw new Violation(`${name} has ${grown.length} partitions, not ${count}`);
    const added = grown.slice(count - 1);
    places.push(...added);
    await plainProducer(client, added, 1 + client.random.below(2));
  }

  /** A topic that comes, is written to, and goes or stays; with a small size it loses its oldest records. */
  async function passingTopic(name: string): Promise<void> {
    const { random } = client;
    const isRetained = random.chance(40);
    const ofTopic = await createTopic(name, 1 + random.below(2), isRetained ? { 'retention.bytes': '400' } : {});
    if (isRetained) {
      for (const place of ofTopic) history.partition(placeKey(place)).mayBeDeletedBelow = Number.POSITIVE_INFINITY;
    }
    await plainProducer(client, ofTopic, random.below(6));
    if (random.chance(60)) await deleteTopic(name, ofTopic);
  }

  async function run(): Promise<void> {
    const { random } = client;
    for (let i = random.below(4); i > 0; i -= 1) {
      await client.sleep(random.below(80));
      const lasting = places.filter((place) => !history.partition(placeKey(place)).mayBeDeleted);
      const kind = random.below(3);
      if (kind === 0) await passingTopic(`passing${i}`);
      else if (kind === 1) await addPartition('topic0');
      else await deleteRecords(lasting[random.below(lasting.length)] as Place);
    }
  }

  return { createTopic, run };
}
