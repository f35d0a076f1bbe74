/** DescribeLogDirs (key 35): disk usage by partition. A null list of topics means all of them. */
import { array, bool, int16, int32, int64, nullable, since, string } from '../../../base/schema/field.ts';
import { type Infer, type Input, message } from '../../../base/schema/message.ts';

export const describeLogDirsRequest = message(
  { apiKey: 35, versions: [1, 4], flexible: 2 },
  {
    topics: nullable(array({ topic: string(), partitions: array(int32()) })),
  },
);

export const describeLogDirsResponse = message(
  { apiKey: 35, versions: [1, 4], flexible: 2 },
  {
    throttleTimeMs: int32(0),
    errorCode: since(3, int16(0)),
    results: array({
      errorCode: int16(0),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool(),
        }),
      }),
      totalBytes: since(4, int64(-1)),
      usableBytes: since(4, int64(-1)),
    }),
  },
);

export type DescribeLogDirsRequest = Infer<typeof describeLogDirsRequest>;
export type DescribeLogDirsResponse = Input<typeof describeLogDirsResponse>;
