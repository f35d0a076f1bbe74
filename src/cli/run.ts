/**
 * The life of the process: read the settings, start the node, say where it listens, wait for a signal or a failure, stop.
 *
 * Exit codes: 0 after a clean stop, 1 after a failure of the node, 2 when what the person wrote cannot be used. Failures
 * are one message without a stack, unless the log level is debug. A stop that takes longer than five seconds is cut
 * short, which loses nothing: the next start recovers, as after any crash. Further signals change nothing, since npm and
 * the terminal both deliver Ctrl-C.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { CONFIG_FLAG, resolveSettings, SettingsError } from '../config/resolve.ts';
import { environmentVariable } from '../config/setting.ts';
import type { Settings } from '../config/settings.ts';
import type { Broker, startBroker } from '../server/broker.ts';
import { readyText } from './announce.ts';
import { parseCommandLine } from './command-line.ts';
import { failureText } from './failure.ts';
import { createLogger } from './log.ts';

const STOP_DEADLINE_MS = 5000;

/** Everything outside of the process that the command line touches. `main.ts` has the real one. */
export interface Surroundings {
  /** Without the names of the runtime and the script. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly examplePath: string | undefined;
  readonly clock: Clock;
  readonly startBroker: typeof startBroker;
  out(text: string): void;
  err(text: string): void;
  /** @throws as `readFileSync` does. */
  readFile(path: string): string;
  /** The listener is called at each SIGTERM and SIGINT. */
  onSignal(listener: (signal: string) => void): void;
  /** The listener is called with what nobody caught. */
  onUncaught(listener: (error: unknown) => void): void;
}

/** Settles with the exit code. */
export async function run(surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const commandLine = parseCommandLine(surroundings.args, surroundings.version);
  switch (commandLine.action) {
    case 'print':
      out(commandLine.text);
      return 0;
    case 'refuse':
      err(`trilog: ${commandLine.message}\n`);
      return 2;
    case 'start': {
      let settings: Settings;
      try {
        settings = await readSettings(surroundings, commandLine);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        for (const problem of error.problems) err(`trilog: ${problem}\n`);
        return 2;
      }
      return await serve(surroundings, settings);
    }
  }
}

/** @throws SettingsError */
async function readSettings(
  { env, readFile }: Surroundings,
  { flags, configPath }: { flags: Readonly<Record<string, string>>; configPath: string | undefined },
): Promise<Settings> {
  const path = configPath ?? env[environmentVariable(CONFIG_FLAG)];
  if (path === undefined) return resolveSettings({ flags, env });
  let source: string;
  try {
    source = readFile(path);
  } catch (error) {
    throw new SettingsError([`${CONFIG_FLAG}: cannot read ${path}: ${(error as Error).message}`]);
  }
  // Most starts have no file, and the YAML parser takes its time to load.
  const { parseSettingsFile } = await import('../config/settings-file.ts');
  return resolveSettings({ flags, env, file: { path, values: parseSettingsFile(source, path) } });
}

type Ending =
  | { readonly cause: 'signal'; readonly signal: string }
  | { readonly cause: 'end'; readonly error: unknown };

async function serve(surroundings: Surroundings, settings: Settings): Promise<number> {
  const { clock, err, onSignal, onUncaught } = surroundings;
  const signalled = new Promise<Ending>((resolve) => onSignal((signal) => resolve({ cause: 'signal', signal })));
  const uncaught = new Promise<Ending>((resolve) => onUncaught((error) => resolve({ cause: 'end', error })));
  const logger = await createLogger(settings.node, clock, err);
  const starting = surroundings.startBroker(settings, { logger, version: surroundings.version });

  const ended = announceAndWait(surroundings, settings, starting).then(
    (error): Ending => ({ cause: 'end', error }),
    (error: unknown): Ending => ({ cause: 'end', error }),
  );
  let ending = await Promise.race([signalled, uncaught, ended]);
  if (ending.cause === 'signal') {
    logger.info({ signal: ending.signal }, 'stopping');
    ending = await Promise.race([stopWithinDeadline(clock, starting, logger), uncaught]);
  }
  if (ending.cause === 'signal' || ending.error === undefined) return 0;
  err(`trilog: ${failureText(ending.error, settings.node.logLevel === 'debug')}\n`);
  return 1;
}

/** Settles when the node has ended by itself: with the error that ended it, if one did. */
async function announceAndWait(
  { out, version, examplePath }: Surroundings,
  settings: Settings,
  starting: Promise<Broker>,
): Promise<Error | undefined> {
  const broker = await starting;
  out(readyText({ version, settings, broker, examplePath }));
  return await broker.stopped;
}

async function stopWithinDeadline(clock: Clock, starting: Promise<Broker>, logger: Logger): Promise<Ending> {
  const deadline = new Promise<Ending>((resolve) => {
    clock.setTimer(STOP_DEADLINE_MS, () => {
      const error = new Error(`it did not stop within ${STOP_DEADLINE_MS / 1000} s and was cut short; nothing is lost`);
      resolve({ cause: 'end', error });
    });
  });
  const stopped = starting
    .then(async (broker): Promise<Ending> => {
      await broker.stop();
      const error = await broker.stopped;
      if (error === undefined) logger.info({}, 'stopped');
      return { cause: 'end', error };
    })
    .catch((error: unknown): Ending => ({ cause: 'end', error }));
  return await Promise.race([stopped, deadline]);
}
