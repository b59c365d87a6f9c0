/**
 * A table of figures: sorted by its heads, its own head in sight while it scrolls, and as a file.
 *
 * It scrolls in itself, so that the page never does sideways. The file comes from the server
 * (`csv`), which may hold more rows than a page shows; a row that opens something says so with a
 * link or a button in its first cell, so that it works without a pointer.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconNode } from "./ui";
import { t } from "./figures";

export type Sortable = number | string | null | undefined;

export interface Column<Row> {
  id: string;
  title: string;
  hint?: string; // what exactly the column counts
  cell: (row: Row) => ComponentChildren;
  sort?: (row: Row) => Sortable; // without it the head does not sort
  numeric?: boolean;
  class?: string;
  hidden?: boolean; // the title is for screen readers only
}

interface Props<Row> {
  title: ComponentChildren;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  csv?: string; // address of the file
  actions?: ComponentChildren;
  empty?: ComponentChildren;
  foot?: ComponentChildren; // below the table: what it leaves out, the next page
  sorted?: { id: string; down: boolean };
  selected?: (row: Row) => boolean;
  class?: string;
}

const download: IconNode = [
  ["path", { d: "M12 15V3" }],
  ["path", { d: "M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4" }],
  ["path", { d: "m7 10 5 5 5-5" }],
];
const up: IconNode = [["path", { d: "m6 15 6-6 6 6" }]];
const down: IconNode = [["path", { d: "m6 9 6 6 6-6" }]];

export function DataTable<Row>(props: Props<Row>) {
  const id = useId();
  const order = useSignal(props.sorted);
  const chosen = order.value && props.columns.find((c) => c.id === order.value!.id);
  const rows = chosen?.sort
    ? [...props.rows].sort((a, b) => compare(chosen.sort!(a), chosen.sort!(b), order.value!.down))
    : props.rows;
  return (
    <section class={`panel ${props.class ?? ""}`}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.actions}
        {props.csv && (
          <a class="button quiet small" href={props.csv} download>
            <Icon icon={download} />
            <span>CSV</span>
            <span class="sr">{t("csv")}</span>
          </a>
        )}
      </header>
      {props.rows.length === 0 && props.empty ? (
        props.empty
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-labelledby={id}>
          <table>
            <thead>
              <tr>
                {props.columns.map((column) => (
                  <Head
                    key={column.id}
                    column={column}
                    order={order.value?.id === column.id ? order.value : undefined}
                    onSort={(first) => {
                      const same = order.value?.id === column.id;
                      order.value = { id: column.id, down: same ? !order.value!.down : first };
                    }}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={props.keyOf(row)} aria-selected={props.selected?.(row)}>
                  {props.columns.map((column, i) =>
                    i === 0 && !column.hidden ? (
                      <th key={column.id} scope="row" class={classes(column)}>
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.id} class={classes(column)}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {props.foot && <footer>{props.foot}</footer>}
    </section>
  );
}

function Head<Row>({
  column,
  order,
  onSort,
}: {
  column: Column<Row>;
  order: { down: boolean } | undefined;
  onSort: (down: boolean) => void;
}) {
  if (column.hidden)
    return (
      <td class={classes(column)}>
        <span class="sr">{column.title}</span>
      </td>
    );
  return (
    <th
      scope="col"
      class={classes(column)}
      title={column.hint}
      aria-sort={order ? (order.down ? "descending" : "ascending") : undefined}
    >
      {column.sort ? (
        <button type="button" onClick={() => onSort(column.numeric === true)}>
          {column.title}
          <span class="order">{order && <Icon icon={order.down ? down : up} size={12} />}</span>
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

const classes = <Row,>(column: Column<Row>) =>
  `${column.numeric ? "n num" : ""} ${column.class ?? ""}`.trim() || undefined;

/** What is missing stands last, whichever way one looks. */
function compare(a: Sortable, b: Sortable, descending: boolean): number {
  if (a == null || b == null) return a == null ? (b == null ? 0 : 1) : -1;
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return descending ? -order : order;
}
