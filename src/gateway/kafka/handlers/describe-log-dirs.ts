/** DescribeLogDirs: the one place where this node keeps data. Partitions that don't exist are left out, as in Kafka. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { DescribeLogDirsRequest, DescribeLogDirsResponse } from '../protocol/describe-log-dirs.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';

type TopicAnswer = DescribeLogDirsResponse['results'][number]['topics'][number];

const FIRST_VERSION_WITH_DISK_SPACE = 4;

export function describeLogDirsHandler(services: KafkaServices): AnyHandler {
  return handler(
    apis.describeLogDirs,
    async (request: DescribeLogDirsRequest, { apiVersion }): Promise<DescribeLogDirsResponse> => {
      const space = apiVersion >= FIRST_VERSION_WITH_DISK_SPACE ? await services.diskSpace() : undefined;
      const { logDir } = services;
      return {
        results: [
          {
            errorCode: ErrorCode.NONE,
            logDir,
            topics: topicAnswers(services, request),
            totalBytes: space?.totalBytes,
            usableBytes: space?.freeBytes,
          },
        ],
      };
    },
  );
}

function topicAnswers({ catalog, streams }: KafkaServices, { topics }: DescribeLogDirsRequest): TopicAnswer[] {
  const wanted =
    topics ??
    Array.from(catalog.topics(), ({ name, partitions }) => ({ topic: name, partitions: partitions.map(indexOf) }));
  return wanted.flatMap(({ topic: name, partitions }) => {
    const topic = catalog.topic(name);
    if (topic === undefined) return [];
    const found = partitions.flatMap((index) => streams.find(topic.id, index) ?? []);
    return {
      name,
      partitions: found.map(({ index, log }) => ({
        partitionIndex: index,
        partitionSize: log.byteSize,
        offsetLag: 0,
        isFutureKey: false,
      })),
    };
  });
}

function indexOf({ index }: { readonly index: number }): number {
  return index;
}
