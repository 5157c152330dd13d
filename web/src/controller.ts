// Questions to the controller. Addresses are relative: the page may lie behind a prefix or a tunnel.

/** The controller refused, or was not reached; the message is for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function ask<T>(path: string): Promise<T> {
  return answered<T>(path, {}); // as plain as the one that index.html begins with
}

/** Asks the controller to change something. */
export function send<T>(path: string, body: unknown): Promise<T> {
  return answered<T>(path, { method: 'POST', body: JSON.stringify(body) });
}

async function answered<T>(path: string, request: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`api/v1/${path}`, request);
  } catch {
    throw new Refused(0, 'The controller does not answer.');
  }
  const document = (await answer.json().catch(() => null)) as
    (T & { diagnostics?: { message: string }[] }) | null;
  if (answer.ok && document !== null) return document;
  const said = document?.diagnostics?.[0]?.message;
  throw new Refused(answer.status, said ?? `The controller answered ${answer.status}.`);
}

export function queryOf(values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query.set(key, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
