import { boot } from "./boot";

/** An RFC 9457 problem. Pages say `code` in their own words where they know it, else `title`. */
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
  /** Which refusal it is: a word that the component's API names. */
  get code() {
    return typeof this.detail["code"] === "string" ? this.detail["code"] : "";
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
export const put = <T>(path: string, body: unknown) => request<T>("PUT", path, body);

/** Send a file as the form field `file`; `progress` hears the share that has left, 0 to 1. */
export function upload<T>(
  path: string,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far it is
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", boot.base + path);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onerror = () => failed(new Problem(0, "offline"));
    request.onabort = () => failed(new Problem(0, "aborted"));
    request.onload = () => {
      const { status, statusText, response } = request;
      if (status === 401) location.reload();
      if (status >= 200 && status < 300) done(response as T);
      else failed(new Problem(status, response?.title ?? statusText, response ?? {}));
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
