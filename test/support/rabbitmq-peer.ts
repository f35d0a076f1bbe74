/**
 * RabbitMQ itself as a single node on 127.0.0.1: the peer of side-by-side benchmarks and of differential tests, as Debian's package
 * installs it, without plugins and with its own defaults. It gets a home, a data folder, ports and a name of its own, so it meets no other RabbitMQ
 * of the machine. The name server of Erlang's nodes (epmd) is started here too, or RabbitMQ would leave one behind. Both are ended
 * by their process ids. The data folder is the caller's.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type Exit, freePort, run, waitForPort } from './child.ts';
import { buildOnce } from './clients-lock.ts';
import { cacheFolder } from './java.ts';

/** Debian's scripts ask for their own user only in /usr/sbin; these run as whoever starts them. */
const program = process.env.TRILOG_RABBITMQ ?? '/usr/lib/rabbitmq/bin/rabbitmq-server';
const startTimeoutMs = 120_000;
const stopGraceMs = 20_000;
const installTimeoutMs = 240_000;
const startAttempts = 3;

export interface RabbitPeer {
  readonly name: 'rabbitmq';
  readonly port: number;
  readonly pid: number;
  readonly spawnedAtMs: number;
  readonly exited: Promise<Exit>;
  output(): string;
  stop(): Promise<void>;
}

export function hasRabbit(): boolean {
  return existsSync(program);
}

/** Answers whether RabbitMQ is there now: where it is missing it is installed, if this is Debian and we are root. */
export async function ensureRabbit(): Promise<boolean> {
  if (hasRabbit()) return true;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  await buildOnce(join(cacheFolder, 'rabbitmq'), 'installed', install);
  return hasRabbit();
}

async function install(): Promise<void> {
  // In run level 1 the package does not start its service.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => run('apt-get', args, { env, timeoutMs: installTimeoutMs });
  await apt('-qq', 'update');
  const { code, output } = await apt('-qq', 'install', '-y', '--no-install-recommends', 'rabbitmq-server');
  if (code !== 0) throw new Error(`RabbitMQ could not be installed:\n${output}`);
}

/** Such as `3.10`; undefined when it can't be told. */
export async function rabbitVersion(): Promise<string | undefined> {
  const result = await run('dpkg-query', ['--showformat', '$' + '{Version}', '--show', 'rabbitmq-server'], {
    timeoutMs: 30_000,
  });
  return /^\d+\.\d+/.exec(result.stdout)?.[0];
}

interface Ports {
  readonly amqp: number;
  readonly names: number;
  readonly nodes: number;
}

async function environment(dataDir: string, { amqp, names, nodes }: Ports): Promise<Record<string, string>> {
  const place = (name: string) => join(dataDir, name);
  for (const folder of ['home', 'mnesia', 'log']) await mkdir(place(folder), { recursive: true });
  await writeFile(place('rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${amqp}\n`);
  await writeFile(place('plugins'), '[].\n');
  return {
    HOME: place('home'),
    RABBITMQ_NODENAME: `trilog-peer-${amqp}@localhost`,
    RABBITMQ_MNESIA_BASE: place('mnesia'),
    RABBITMQ_LOG_BASE: place('log'),
    RABBITMQ_CONFIG_FILE: place('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: place('plugins'),
    RABBITMQ_PID_FILE: place('pid'),
    // The script becomes the broker instead of waiting for it, so that its process id is the broker's.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput',
    RABBITMQ_DIST_PORT: String(nodes),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
  };
}

export async function startRabbitPeer(options: { readonly dataDir: string }): Promise<RabbitPeer> {
  const ports: Ports = { amqp: await freePort(), names: await freePort(), nodes: await freePort() };
  const env = await environment(options.dataDir, ports);
  const names = new Child('epmd', 'epmd', ['-address', '127.0.0.1', '-port', String(ports.names)]);
  const broker = new Child('rabbitmq-server', program, [], { env });
  const stop = async () => {
    await broker.stop(stopGraceMs);
    await names.stop(stopGraceMs);
  };
  try {
    await waitForPort(broker, ports.amqp, startTimeoutMs);
  } catch (error) {
    await stop();
    throw error;
  }
  const { pid, spawnedAtMs, exited } = broker;
  return { name: 'rabbitmq', port: ports.amqp, pid, spawnedAtMs, exited, output: () => broker.output, stop };
}

/** With a data folder of its own, which goes with it. */
export async function startRabbit(): Promise<RabbitPeer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trilog-rabbitmq-'));
  for (let attempt = 1; ; attempt += 1) {
    try {
      const peer = await startRabbitPeer({ dataDir });
      const stop = async () => {
        await peer.stop();
        await rm(dataDir, { recursive: true, force: true });
      };
      return { ...peer, stop };
    } catch (error) {
      if (attempt < startAttempts && /in use|eaddrinuse/i.test(String(error))) continue;
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }
}
