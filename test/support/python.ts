/** Virtual environments with the pinned Python clients, made once per checkout and shared by every suite that needs the same ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, digestOf } from './clients-lock.ts';
import { runClient } from './clients-process.ts';
import { cacheFolder } from './java.ts';

const VENV_TIME_LIMIT_MS = 60_000;
const PIP_TIME_LIMIT_MS = 300_000;

export const pythonSuites = join(import.meta.dirname, '../conformance/python');

/** The path of an interpreter that has everything in `requirements.txt`. */
export function pythonWithClients(): Promise<string> {
  return pythonWith('python', 'requirements.txt');
}

/** The same of the clients of SQS. */
export function pythonWithSqsClients(): Promise<string> {
  return pythonWith('python-sqs', 'requirements-sqs.txt');
}

/** The same of a boto3 that speaks Query, as all did until the end of 2023. */
export function pythonWithQueryClients(): Promise<string> {
  return pythonWith('python-sqs-query', 'requirements-sqs-query.txt');
}

/** The same of moto, a peer that speaks SQS. */
export function pythonWithMoto(): Promise<string> {
  return pythonWith('python-moto', 'requirements-moto.txt');
}

async function pythonWith(folder: string, list: string): Promise<string> {
  const directory = join(cacheFolder, folder);
  const requirements = join(pythonSuites, list);
  const python = join(directory, 'bin/python');
  await buildOnce(directory, digestOf(readFileSync(requirements)), async () => {
    await runClient('python3', ['-m', 'venv', directory], { timeLimitMs: VENV_TIME_LIMIT_MS });
    await runClient(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
      timeLimitMs: PIP_TIME_LIMIT_MS,
    });
  });
  return python;
}
