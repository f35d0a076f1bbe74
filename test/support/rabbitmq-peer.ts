/**
 * RabbitMQ as the distribution packages it, a single node on 127.0.0.1: the peer of differential tests. It has a home, data, ports
 * and a port mapper (epmd) of its own, so that it meets no other Erlang node of the machine; `stop` ends both by their process
 * ids and removes the folder. Where the package is missing it is installed, if this is Debian and we are root.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, freePort, run, waitForPort } from './child.ts';
import { buildOnce } from './clients-lock.ts';
import { cacheFolder } from './java.ts';

export interface RabbitPeer {
  readonly port: number;
  output(): string;
  stop(): Promise<void>;
}

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const INSTALL_TIME_LIMIT_MS = 240_000;
const START_TIME_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 15_000;
const START_ATTEMPTS = 3;

export const hasRabbit = (): boolean => existsSync(SERVER);

/** Answers whether RabbitMQ is there now. Does nothing where it may not. */
export async function ensureRabbit(): Promise<boolean> {
  if (hasRabbit()) return true;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  await buildOnce(join(cacheFolder, 'rabbitmq'), 'installed', install);
  return hasRabbit();
}

async function install(): Promise<void> {
  // In run level 1 the package does not start its service.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => run('apt-get', args, { env, timeoutMs: INSTALL_TIME_LIMIT_MS });
  await apt('-qq', 'update');
  const { code, output } = await apt('-qq', 'install', '-y', '--no-install-recommends', 'rabbitmq-server');
  if (code !== 0) throw new Error(`RabbitMQ could not be installed:\n${output}`);
}

export async function startRabbit(): Promise<RabbitPeer> {
  const directory = await mkdtemp(join(tmpdir(), 'trilog-rabbitmq-'));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(directory);
    } catch (error) {
      if (attempt < START_ATTEMPTS && /in use|eaddrinuse/i.test(String(error))) continue;
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }
}

async function startOnce(directory: string): Promise<RabbitPeer> {
  const [mapperPort, port, nodePort] = [await freePort(), await freePort(), await freePort()];
  const mapper = new Child('epmd', 'epmd', ['-address', '127.0.0.1', '-port', String(mapperPort)]);
  let server: Child | undefined;
  try {
    await waitForPort(mapper, mapperPort, START_TIME_LIMIT_MS);
    await writeSettings(directory, port);
    server = new Child('rabbitmq-server', SERVER, [], { env: environment(directory, { mapperPort, port, nodePort }) });
    await waitForPort(server, port, START_TIME_LIMIT_MS);
  } catch (error) {
    await server?.kill9();
    await mapper.kill9();
    throw error;
  }
  const running = server;
  return {
    port,
    output: () => running.output,
    stop: async () => {
      await running.stop(STOP_GRACE_MS);
      await mapper.kill9();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function writeSettings(directory: string, port: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'enabled_plugins'), '[].\n');
  await writeFile(join(directory, 'rabbitmq.conf'), `listeners.tcp.default = 127.0.0.1:${port}\n`);
}

function environment(
  directory: string,
  { mapperPort, port, nodePort }: Readonly<Record<'mapperPort' | 'port' | 'nodePort', number>>,
): Record<string, string> {
  return {
    HOME: directory,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(mapperPort),
    RABBITMQ_NODENAME: `trilog-peer-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    // The start script becomes the server, instead of waiting for it as its parent: its process id is the server's.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}
