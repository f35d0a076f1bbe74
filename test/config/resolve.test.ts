/** Which source wins, and what a person reads when one of them is wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveSettings, type SettingSources, SettingsError } from '../../src/config/resolve.ts';
import { parseSettingsFile } from '../../src/config/settings-file.ts';

function problems(body: () => unknown): readonly string[] {
  try {
    body();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  assert.fail('nothing was refused');
}

function sources({ flags = {}, env = {}, yaml }: { flags?: object; env?: object; yaml?: string }): SettingSources {
  const base = { flags: { ...flags }, env: { ...env } };
  return yaml === undefined ? base : { ...base, file: { path: 'my.yaml', values: parseSettingsFile(yaml, 'my.yaml') } };
}

describe('resolveSettings', () => {
  it('prefers the flag to the environment to the file to the default', () => {
    const flags = { 'kafka-port': '1' };
    const env = { TRILOG_KAFKA_PORT: '2' };
    const yaml = 'kafka-port: 3';
    const port = (given: Parameters<typeof sources>[0]) => resolveSettings(sources(given)).kafka.port;
    assert.equal(port({ flags, env, yaml }), 1);
    assert.equal(port({ env, yaml }), 2);
    assert.equal(port({ yaml }), 3);
    assert.equal(port({}), 9092);
  });

  it('reads each kind of value from YAML scalars', () => {
    const yaml =
      'auto-create-topics: false\nsegment-bytes-max: 1 MiB\nlog-retention-bytes: -1\nfsync: never\ndata-dir: /x y';
    const { storage, topics } = resolveSettings(sources({ yaml }));
    assert.deepEqual(
      [topics.autoCreateTopics, storage.segmentBytesMax, topics.retentionBytes, storage.fsync, storage.dataDir],
      [false, 1_048_576, -1, 'never', '/x y'],
    );
  });

  it('names the setting, the source, the mistake and what is allowed', () => {
    assert.deepEqual(
      problems(() =>
        resolveSettings(
          sources({
            flags: { 'kafka-port': '65536' },
            env: { TRILOG_FSYNC: 'sometimes', TRILOG_AUTO_CREATE_TOPICS: 'yes' },
            yaml: 'segment-bytes-max: 5 s\ndata-dir: ""',
          }),
        ),
      ),
      [
        'data-dir: "" from file my.yaml is empty; allowed: a path; created if it is missing',
        'fsync: "sometimes" from environment variable TRILOG_FSYNC is not one of the choices; allowed: always | interval | never',
        'segment-bytes-max: "5 s" from file my.yaml has the unit "s", which it does not take (B, KiB, MiB, GiB, TiB); allowed: 64 KiB to 2 GiB',
        'kafka-port: "65536" from flag --kafka-port is out of range; allowed: 0 to 65535',
        'auto-create-topics: "yes" from environment variable TRILOG_AUTO_CREATE_TOPICS is neither true nor false; allowed: true | false',
      ],
    );
  });

  it('tells a mistake in a source that another source overrides', () => {
    const [problem] = problems(() => resolveSettings(sources({ flags: { 'node-id': '2' }, yaml: 'node-id: -1' })));
    assert.equal(problem, 'node-id: "-1" from file my.yaml is out of range; allowed: 0 to 2147483647');
  });

  it('refuses an unknown key of the file and an unknown flag, and leaves unknown variables alone', () => {
    const env = { TRILOG_SERVICE_HOST: '10.0.0.1' };
    assert.deepEqual(
      problems(() => resolveSettings(sources({ flags: { kafka: '1' }, env, yaml: 'kafka-prt: 1' }))),
      [
        'kafka: there is no such setting (flag --kafka); see trilog --help for the names',
        'kafka-prt: there is no such setting (file my.yaml); see trilog --help for the names',
      ],
    );
    assert.equal(resolveSettings(sources({ env })).node.id, 1);
  });

  it('refuses settings that contradict each other', () => {
    const flags = {
      'group-min-session-timeout-ms': '10s',
      'group-max-session-timeout-ms': '5s',
      'message-max-bytes': '200 MiB',
      'kafka-host': '0.0.0.0',
    };
    const [timeouts, message, host, ...others] = problems(() => resolveSettings(sources({ flags })));
    assert.match(timeouts ?? '', /group-min-session-timeout-ms is larger than group-max-session-timeout-ms/);
    assert.match(message ?? '', /message-max-bytes is larger than kafka-request-bytes-max/);
    assert.match(host ?? '', /kafka-host 0.0.0.0 .* kafka-advertised-host/);
    assert.deepEqual(others, []);
    const advertised = { 'kafka-host': '0.0.0.0', 'kafka-advertised-host': 'broker' };
    assert.equal(resolveSettings(sources({ flags: advertised })).kafka.advertisedHost, 'broker');
  });
});

describe('access keys', () => {
  const keys = (text: string) => resolveSettings(sources({ flags: { 'sqs-access-keys': text } })).sqs.accessKeys;

  it('are pairs of an id and a secret, which may have any character but spaces and commas', () => {
    assert.deepEqual(
      [...keys('AKIA1:a/b+c:d=, AKIA2:x')],
      [
        ['AKIA1', 'a/b+c:d='],
        ['AKIA2', 'x'],
      ],
    );
    assert.equal(keys('none').size, 0);
  });

  it('are not said back to whoever reads the refusal', () => {
    for (const text of ['hidden', 'a:hidden,a:hidden', 'a:hidden,', ':hidden']) {
      const [problem = ''] = problems(() => keys(text));
      assert.match(problem, /^sqs-access-keys: what is set from flag --sqs-access-keys .*; allowed: id:secret pairs/);
      assert.doesNotMatch(problem, /hidden/);
    }
  });
});

describe('parseSettingsFile', () => {
  it('takes an empty file and comments', () => {
    assert.equal(parseSettingsFile('', 'f').size, 0);
    assert.equal(parseSettingsFile('# nothing\n', 'f').size, 0);
  });

  const refused: [string, string, RegExp][] = [
    ['a list', '- kafka-port', /file f must hold "name: value" lines/],
    ['a nested map', 'kafka:\n  port: 1', /kafka: must be a single value \(file f\)/],
    ['a key without a value', 'kafka-port:', /kafka-port: has no value \(file f\)/],
    [
      'a key given twice',
      'node-id: 1\nnode-id: 2',
      /file f is not valid YAML: Map keys must be unique at line 2, column 1$/,
    ],
    ['broken YAML', 'a: [', /file f is not valid YAML: .* at line 1/],
  ];
  for (const [what, source, problem] of refused) {
    it(`refuses ${what}`, () => assert.match(problems(() => parseSettingsFile(source, 'f')).join(), problem));
  }
});
