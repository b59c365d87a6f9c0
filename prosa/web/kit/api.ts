import { boot } from "./boot";

/** An RFC 9457 problem: `title` is shown to the person as it is. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(title);
  }
  /** No answer at all: the page is offline or the server away. */
  get unreachable() {
    return this.status === 0;
  }
}

async function request<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(boot.base + path, {
      method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(key ? { "Idempotency-Key": key } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch {
    throw new Problem(0, "offline");
  }
  if (response.status === 401) location.reload(); // the shell answers with the sign-in page
  const json = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  if (!response.ok) throw new Problem(response.status, json.title ?? response.statusText, json);
  return json as T;
}

export const get = <T>(path: string) => request<T>("GET", path);
/** Writes carry an idempotency key: a repeat after a lost answer has no second effect. */
export const post = <T>(path: string, body: unknown, key: string = crypto.randomUUID()) =>
  request<T>("POST", path, body, key);
