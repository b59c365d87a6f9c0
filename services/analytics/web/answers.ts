/** Answers of the API: the last one stays in sight while the next is on its way, or never comes. */
import { get, type Problem } from "@kit/api";
import { clock } from "@kit/time";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Answer<T> {
  data: T | undefined;
  at: number; // when `data` was true
  problem: Problem | undefined;
  loading: boolean;
  again: () => void;
}

const KEPT = 40;
const seen = new Map<string, { data: unknown; at: number }>();

function keep(path: string, data: unknown) {
  seen.delete(path);
  seen.set(path, { data, at: Date.now() });
  if (seen.size > KEPT) seen.delete(seen.keys().next().value!);
}
/** What was changed must be asked again. */
export const forget = (prefix: string) => {
  for (const path of seen.keys()) if (path.startsWith(prefix)) seen.delete(path);
};

/** Ask the API; null asks nothing. `every` asks again after so many milliseconds, while seen. */
export function useAnswer<T>(path: string | null, every = 0): Answer<T> {
  const round = useSignal(0);
  const state = useSignal<Omit<Answer<T>, "again">>({
    data: undefined,
    at: 0,
    problem: undefined,
    loading: path !== null,
  });
  useEffect(() => {
    if (path === null) return;
    let wanted = true;
    const known = seen.get(path) as { data: T; at: number } | undefined;
    state.value = {
      data: known?.data ?? state.peek().data,
      at: known?.at ?? state.peek().at,
      problem: undefined,
      loading: true,
    };
    get<T>(path).then(
      (data) => {
        keep(path, data);
        if (wanted) state.value = { data, at: clock.peek(), problem: undefined, loading: false };
      },
      (problem: Problem) => {
        if (wanted) state.value = { ...state.peek(), problem, loading: false };
      },
    );
    return () => {
      wanted = false;
    };
  }, [path, round.value]);
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(() => {
      if (!document.hidden) round.value = round.peek() + 1;
    }, every);
    return () => clearInterval(timer);
  }, [every]);
  return {
    ...state.value,
    again: () => {
      round.value = round.peek() + 1; // written, not read: an effect may call this
    },
  };
}
