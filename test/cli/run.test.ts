/** The life of the process, with a broker, signals and time that the test controls. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { run, type Surroundings } from '../../src/cli/run.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { Broker } from '../../src/server/broker.ts';
import { ManualClock } from '../support/manual-clock.ts';

class Deferred<T> {
  resolve: (value: T) => void = () => {};
  reject: (error: Error) => void = () => {};
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

class World {
  readonly clock = new ManualClock();
  out = '';
  err = '';
  exitCode: number | undefined;
  settings: Settings | undefined;
  signal: (signal: string) => void = () => {};
  uncaught: (error: unknown) => void = () => {};
  readonly files: Record<string, string> = {};
  readonly #startCalled = new Deferred<void>();
  readonly started = new Deferred<Broker>();
  readonly stopped = new Deferred<Error | undefined>();
  readonly stopCalls: Deferred<void>[] = [];

  readonly broker: Broker = {
    kafkaAddress: { host: '127.0.0.1', port: 9092 },
    amqpAddress: { host: '127.0.0.1', port: 5672 },
    amqpTlsAddress: undefined,
    sqsAddress: { host: '127.0.0.1', port: 9324 },
    sqsTlsAddress: undefined,
    managementAddress: undefined,
    stop: () => {
      const call = new Deferred<void>();
      this.stopCalls.push(call);
      return call.promise;
    },
    stopped: this.stopped.promise,
  };

  async run(args: string[] = [], more: Partial<Surroundings> = {}): Promise<void> {
    const exit = run({
      args,
      env: {},
      version: '1.2.3',
      examplePath: undefined,
      clock: this.clock,
      startBroker: (settings) => {
        this.settings = settings;
        this.#startCalled.resolve();
        return this.started.promise;
      },
      out: (text) => {
        this.out += text;
      },
      err: (text) => {
        this.err += text;
      },
      readFile: (path) => {
        const content = this.files[path];
        if (content === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
        return content;
      },
      onSignal: (listener) => {
        this.signal = listener;
      },
      onUncaught: (listener) => {
        this.uncaught = listener;
      },
      ...more,
    });
    void exit.then((code) => {
      this.exitCode = code;
    });
    // Modules that are loaded on demand come from the disk, which no clock moves.
    await Promise.race([exit, this.#startCalled.promise]);
    await this.clock.settle();
  }
}

describe('the command line', () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  it('prints every setting for --help and starts nothing', async () => {
    await world.run(['--help']);
    assert.equal(world.exitCode, 0);
    assert.equal(world.settings, undefined);
    for (const flag of ['--data-dir', '--storage', '--kafka-port', '--fsync', '--config', '--log-level']) {
      assert.ok(world.out.includes(`  ${flag} <`), flag);
    }
    for (const line of world.out.split('\n')) assert.ok(line.length <= 110, line);
  });

  it('prints the version', async () => {
    await world.run(['--version']);
    assert.deepEqual([world.exitCode, world.out], [0, '1.2.3\n']);
  });

  for (const args of [['--kafka-prt', '1'], ['--kafka-port'], ['word'], ['--node-id', 'x']]) {
    it(`refuses ${args.join(' ')} with exit code 2`, async () => {
      await world.run(args);
      assert.equal(world.exitCode, 2);
      assert.equal(world.settings, undefined);
      assert.match(world.err, /^trilog: .*(--kafka-p|too many arguments|node-id: "x" from flag --node-id)/);
    });
  }

  it('reads flags, environment and the file that --config or TRILOG_CONFIG names', async () => {
    world.files['a.yaml'] = 'node-id: 7\nkafka-port: 1';
    await world.run(['--config', 'a.yaml', '--kafka-port', '2'], { env: { TRILOG_FSYNC: 'never' } });
    const { settings } = world;
    assert.deepEqual([settings?.node.id, settings?.kafka.port, settings?.storage.fsync], [7, 2, 'never']);
    const second = new World();
    second.files['b.yaml'] = 'node-id: 8';
    await second.run([], { env: { TRILOG_CONFIG: 'b.yaml' } });
    assert.equal(second.settings?.node.id, 8);
  });

  it('refuses a settings file that it cannot read', async () => {
    await world.run(['--config', 'none.yaml']);
    assert.equal(world.exitCode, 2);
    assert.match(world.err, /^trilog: config: cannot read none.yaml: ENOENT/);
  });

  it('says where it listens and what to try once the broker is ready', async () => {
    await world.run([], { examplePath: 'examples/hello.mjs' });
    assert.equal(world.out, '');
    world.started.resolve(world.broker);
    await world.clock.settle();
    assert.match(
      world.out,
      /^Trilog 1.2.3 is ready.\n {2}Kafka {2}127.0.0.1:9092\n {2}AMQP {3}127.0.0.1:5672\n {2}SQS {4}http:\/\/127.0.0.1:9324\n {2}data {3}.\/data \(fsync always\)\n/,
    );
    assert.match(world.out, /node examples\/hello.mjs 127.0.0.1:9092\n/);
    assert.equal(world.exitCode, undefined);
  });

  it('stops cleanly at a signal, once, and exits with 0', async () => {
    await world.run();
    world.started.resolve(world.broker);
    await world.clock.settle();
    world.signal('SIGTERM');
    world.signal('SIGINT');
    await world.clock.settle();
    assert.equal(world.stopCalls.length, 1);
    assert.equal(world.exitCode, undefined);
    world.stopped.resolve(undefined);
    world.stopCalls[0]?.resolve();
    await world.clock.settle();
    assert.equal(world.exitCode, 0);
    assert.match(world.err, /info {2}stopping signal=SIGTERM\n.* stopped\n$/);
  });

  it('stops a broker that was still starting when the signal came', async () => {
    await world.run();
    world.signal('SIGINT');
    await world.clock.elapse(100);
    assert.equal(world.exitCode, undefined);
    world.started.resolve(world.broker);
    world.stopped.resolve(undefined);
    await world.clock.settle();
    world.stopCalls[0]?.resolve();
    await world.clock.settle();
    assert.equal(world.exitCode, 0);
  });

  it('gives up waiting for a stop after five seconds', async () => {
    await world.run();
    world.started.resolve(world.broker);
    await world.clock.settle();
    world.signal('SIGTERM');
    await world.clock.elapse(4999);
    assert.equal(world.exitCode, undefined);
    await world.clock.elapse(1);
    assert.equal(world.exitCode, 1);
    assert.match(world.err, /trilog: it did not stop within 5 s/);
  });

  it('exits with 1 and one line when the start fails', async () => {
    await world.run();
    world.started.reject(new Error('data directory ./data is in use by process 12'));
    await world.clock.settle();
    assert.deepEqual([world.exitCode, world.err], [1, 'trilog: data directory ./data is in use by process 12\n']);
  });

  it('says what to do about a port in use', async () => {
    await world.run();
    const details = { code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port: 9092 };
    world.started.reject(Object.assign(new Error('listen EADDRINUSE'), details));
    await world.clock.settle();
    assert.match(world.err, /^trilog: cannot listen: 127.0.0.1:9092 is in use by another process; .*\n$/);
  });

  it('exits with 1 when the running node fails, with the stack only at debug', async () => {
    for (const [args, pattern] of [
      [[], /^trilog: fdatasync failed\n$/],
      [['--log-level', 'debug'], /trilog: fdatasync failed\nError: fdatasync failed\n {4}at /],
    ] as const) {
      const failing = new World();
      await failing.run([...args]);
      failing.started.resolve(failing.broker);
      failing.stopped.resolve(new Error('fdatasync failed'));
      await failing.clock.settle();
      assert.equal(failing.exitCode, 1);
      assert.match(failing.err, pattern);
    }
  });

  it('exits with 1 at an error that nobody caught, also while stopping', async () => {
    await world.run();
    world.started.resolve(world.broker);
    await world.clock.settle();
    world.signal('SIGTERM');
    await world.clock.settle();
    world.uncaught(new Error('a bug'));
    await world.clock.settle();
    assert.equal(world.exitCode, 1);
    assert.match(world.err, /trilog: a bug\n$/);
  });
});
